"""From what happened online to what offers remember about products. The door knows both: whose event, which product."""
