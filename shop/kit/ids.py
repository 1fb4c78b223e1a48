"""Ids that cannot be mixed up: a person is not a room."""

from __future__ import annotations

from typing import NewType

ShopId = NewType("ShopId", int)
PersonId = NewType("PersonId", int)
RoomId = NewType("RoomId", int)
PlaceId = NewType("PlaceId", int)
OrderId = NewType("OrderId", int)
MessageId = NewType("MessageId", int)
LetterId = NewType("LetterId", int)
PictureId = NewType("PictureId", int)
