"""微信: the channel to WeChat. `channel.py` is what the shop sees; read it first."""
