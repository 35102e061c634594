"""ARTS POSLog, version 6 and its older relatives: till feeds of any size, one transaction at a time."""
