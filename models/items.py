"""(draft)"""
from __future__ import annotations
from sqlalchemy.orm import Mapped
import sqlalchemy as sa
from models.base import Id, Name, db, reference, Factor
class Item(db.Model):
    __tablename__="item"
    id: Mapped[Id]
    name: Mapped[Name]
class UnitConversion(db.Model):
    __tablename__="unit_conversion"
    __table_args__=(sa.UniqueConstraint("item_id","id"),)
    id: Mapped[Id]
    item_id: Mapped[int]=reference("item")
    factor: Mapped[Factor]
class Account(db.Model):
    __tablename__="account"
    id: Mapped[Id]
class Store(db.Model):
    __tablename__="store"
    id: Mapped[Id]
