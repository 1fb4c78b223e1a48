"""微信, by python-wechaty: the same channel, over that library's connection. Its limits are in docs/wechaty.md."""
