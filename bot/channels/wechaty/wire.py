"""线路: the part of the gateway's gRPC contract that a shop needs, as a table of field numbers.

The numbers are those of wechaty-grpc 1.x (docs/decisions/0015-wechaty.md). Message classes are made of the table when
this is imported: nothing is generated, and a field that nobody reads is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
TEXT, NUMBER, LONG, FLAG, BYTES = (
    _Field.TYPE_STRING,
    _Field.TYPE_INT32,
    _Field.TYPE_UINT64,
    _Field.TYPE_BOOL,
    _Field.TYPE_BYTES,
)
PACKAGE = "qundian.wechaty"

# message: field: (number, type); a list means repeated
FIELDS: Mapping[str, Mapping[str, tuple[int, Any]]] = {
    "Nothing": {},
    "Id": {"id": (1, TEXT)},
    "Ding": {"data": (1, TEXT)},
    "Event": {"type": (1, NUMBER), "payload": (2, TEXT)},
    "Message": {
        "id": (1, TEXT),
        "filename": (2, TEXT),
        "text": (3, TEXT),
        "timestamp": (4, LONG),  # milliseconds; some gateways give seconds
        "type": (5, NUMBER),
        "talker_id": (6, TEXT),
        "room_id": (7, TEXT),
        "listener_id": (8, TEXT),
        "mention_ids": (9, [TEXT]),
    },
    "SendText": {"conversation_id": (1, TEXT), "text": (2, TEXT)},
    "Sent": {"id": (2, TEXT)},
    "Image": {"id": (1, TEXT), "type": (2, NUMBER)},
    "File": {"file_box": (1, TEXT)},  # a JSON object
    "SendFile": {"conversation_id": (1, TEXT), "file_box": (2, TEXT)},
    "Chunk": {"chunk": (1, BYTES)},
    "Contact": {
        "id": (1, TEXT),
        "type": (3, NUMBER),
        "name": (4, TEXT),
        "alias": (7, TEXT),
        "friend": (9, FLAG),
    },
    "Room": {"id": (1, TEXT), "topic": (2, TEXT), "owner_id": (4, TEXT)},
    "Members": {"member_ids": (1, [TEXT])},
    "Announced": {"id": (1, TEXT), "text": (3, TEXT)},
    "Named": {"id": (1, TEXT), "topic": (3, TEXT)},
    "MemberAsked": {"id": (1, TEXT), "member_id": (2, TEXT)},
    "Member": {"id": (1, TEXT), "room_alias": (2, TEXT), "name": (5, TEXT)},
    "Friendship": {"id": (1, TEXT), "type": (4, NUMBER)},
}

# call: (what is asked, what is answered)
CALLS: Mapping[str, tuple[str, str]] = {
    "Start": ("Nothing", "Nothing"),
    "Stop": ("Nothing", "Nothing"),
    "Ding": ("Ding", "Nothing"),
    "MessagePayload": ("Id", "Message"),
    "MessageSendText": ("SendText", "Sent"),
    "MessageSendFile": ("SendFile", "Sent"),
    "MessageImage": ("Image", "File"),
    "ContactPayload": ("Id", "Contact"),
    "RoomPayload": ("Id", "Room"),
    "RoomMemberPayload": ("MemberAsked", "Member"),
    "RoomMemberList": ("Id", "Members"),
    "RoomAnnounce": ("Announced", "Nothing"),
    "RoomTopic": ("Named", "Nothing"),
    "FriendshipPayload": ("Id", "Friendship"),
    "FriendshipAccept": ("Id", "Nothing"),
    "RoomInvitationAccept": ("Id", "Nothing"),
}

EVENTS: Mapping[int, str] = {
    1: "heartbeat",
    2: "message",
    3: "dong",
    16: "error",
    17: "friendship",
    18: "room-invite",
    19: "room-join",
    20: "room-leave",
    21: "room-topic",
    22: "scan",
    23: "ready",
    25: "login",
    26: "logout",
    27: "dirty",
}


def _made() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="qundian/wechaty.proto", package=PACKAGE, syntax="proto3")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            is_list = isinstance(kind, list)
            message.field.add(
                name=field,
                number=number,
                type=kind[0] if is_list else kind,
                label=_Field.LABEL_REPEATED if is_list else _Field.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))
        for name in FIELDS
    }


MESSAGES: Mapping[str, Any] = _made()
