"""The Segment HTTP API's messages in our words: pure, so that whatever a client sends can be tried without a
server.
"""
