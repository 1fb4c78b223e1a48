"""微信: the channel to WeChat. `channel.py` is what the shop sees; read it first."""

import os

# Here, before anything imports gRPC: its own threads cannot stand a fork, and nobody here calls the gateway in a child.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
