"""看不了的: what is no text is heard as what a phone shows of it in its list of chats, whatever the channel."""

from __future__ import annotations

PICTURE = "[图片]"
STICKER = "[表情]"  # asks for nothing
SHOWN = frozenset(
    {"[图片]", "[语音]", "[视频]", "[文件]", "[链接]", "[名片]", "[位置]", "[小程序]", "[聊天记录]", "[红包]"}
)
SORRY = "图片、语音这些我看不了，打几个字就行；要给店里的人看，回“转人工”"
