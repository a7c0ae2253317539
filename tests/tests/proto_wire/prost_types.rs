//! Messages of the fixture `types` as prost's code generator would write them from their .proto:
//! one struct for each message, and one for each wrapper.

use std::collections::BTreeMap;

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub struct Point {
    #[prost(bool, tag = "1")]
    pub valid: bool,
    #[prost(double, tag = "2")]
    pub x: f64,
    #[prost(float, tag = "3")]
    pub y: f32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Texts {
    #[prost(uint32, tag = "3")]
    pub before: u32,
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub initial: String,
    #[prost(string, repeated, tag = "4")]
    pub lines: Vec<String>,
    #[prost(string, tag = "5")]
    pub page: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Blobs {
    #[prost(bytes = "vec", tag = "1")]
    pub digest: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub single: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub packets: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Int32List {
    #[prost(int32, repeated, tag = "1")]
    pub value: Vec<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Uint32List {
    #[prost(uint32, repeated, tag = "1")]
    pub value: Vec<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Uint64List {
    #[prost(uint64, repeated, tag = "1")]
    pub value: Vec<u64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct FloatList {
    #[prost(float, repeated, tag = "1")]
    pub value: Vec<f32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct PointList {
    #[prost(message, repeated, tag = "1")]
    pub value: Vec<Point>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OptionalUint32 {
    #[prost(uint32, optional, tag = "1")]
    pub value: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OptionalDouble {
    #[prost(double, optional, tag = "1")]
    pub value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Uint32Map {
    #[prost(btree_map = "uint32, uint32", tag = "1")]
    pub value: BTreeMap<u32, u32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Lists {
    #[prost(uint32, repeated, tag = "1")]
    pub numbers: Vec<u32>,
    #[prost(double, repeated, tag = "2")]
    pub doubles: Vec<f64>,
    #[prost(int32, repeated, tag = "3")]
    pub bytes: Vec<i32>,
    #[prost(bool, repeated, tag = "4")]
    pub flags: Vec<bool>,
    #[prost(int32, repeated, tag = "5")]
    pub modes: Vec<i32>,
    #[prost(message, repeated, tag = "6")]
    pub points: Vec<Point>,
    #[prost(string, repeated, tag = "7")]
    pub names: Vec<String>,
    #[prost(message, repeated, tag = "8")]
    pub lists: Vec<Int32List>,
    #[prost(message, repeated, tag = "9")]
    pub pairs: Vec<FloatList>,
    #[prost(message, repeated, tag = "10")]
    pub array: Vec<Uint64List>,
    #[prost(message, repeated, tag = "11")]
    pub options: Vec<OptionalUint32>,
    #[prost(message, repeated, tag = "12")]
    pub maps: Vec<Uint32Map>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Options {
    #[prost(int64, optional, tag = "1")]
    pub long: Option<i64>,
    #[prost(uint32, optional, tag = "2")]
    pub byte: Option<u32>,
    #[prost(float, optional, tag = "3")]
    pub ratio: Option<f32>,
    #[prost(bool, optional, tag = "4")]
    pub flag: Option<bool>,
    #[prost(int32, optional, tag = "5")]
    pub mode: Option<i32>,
    #[prost(string, optional, tag = "6")]
    pub name: Option<String>,
    #[prost(message, optional, tag = "7")]
    pub point: Option<Point>,
    #[prost(message, optional, tag = "8")]
    pub list: Option<Uint32List>,
    #[prost(message, optional, tag = "9")]
    pub twice: Option<OptionalUint32>,
    #[prost(bytes = "vec", optional, tag = "10")]
    pub array: Option<Vec<u8>>,
    #[prost(message, repeated, tag = "11")]
    pub each: Vec<OptionalUint32>,
    #[prost(message, optional, tag = "12")]
    pub small: Option<Small>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Maps {
    #[prost(btree_map = "string, uint32", tag = "1")]
    pub ages: BTreeMap<String, u32>,
    #[prost(btree_map = "int64, string", tag = "2")]
    pub names: BTreeMap<i64, String>,
    #[prost(btree_map = "int32, message", tag = "3")]
    pub points: BTreeMap<i32, Point>,
    #[prost(btree_map = "uint32, message", tag = "4")]
    pub lists: BTreeMap<u32, Uint32List>,
    #[prost(btree_map = "bool, message", tag = "5")]
    pub limits: BTreeMap<bool, OptionalDouble>,
    #[prost(btree_map = "uint32, uint32", tag = "6")]
    pub many: BTreeMap<u32, u32>,
    #[prost(btree_map = "uint32, message", tag = "7")]
    pub smalls: BTreeMap<u32, Small>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Small {
    #[prost(oneof = "SmallValue", tags = "1, 2, 3")]
    pub value: Option<SmallValue>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum SmallValue {
    #[prost(uint32, tag = "1")]
    Byte(u32),
    #[prost(bool, tag = "2")]
    Flag(bool),
    #[prost(message, tag = "3")]
    Ping(()),
}

#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(oneof = "ShapeValue", tags = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11")]
    pub value: Option<ShapeValue>,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum ShapeValue {
    #[prost(double, tag = "1")]
    Circle(f64),
    #[prost(string, tag = "4")]
    Label(String),
    #[prost(message, tag = "2")]
    Corner(Point),
    #[prost(message, tag = "3")]
    Path(PointList),
    #[prost(message, tag = "5")]
    Everything(()),
    #[prost(int32, tag = "6")]
    Style(i32),
    #[prost(message, tag = "7")]
    Limit(OptionalUint32),
    #[prost(message, tag = "8")]
    Table(Uint32Map),
    #[prost(message, tag = "9")]
    Inner(Small),
    #[prost(message, tag = "10")]
    Matrix(Int32List),
    #[prost(bytes, tag = "11")]
    Raw(Vec<u8>),
}

#[derive(Clone, PartialEq, Message)]
pub struct Oneofs {
    #[prost(uint32, tag = "1")]
    pub before: u32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
    #[prost(message, optional, tag = "3")]
    pub small: Option<Small>,
    #[prost(message, repeated, tag = "4")]
    pub smalls: Vec<Small>,
    #[prost(message, repeated, tag = "5")]
    pub shapes: Vec<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Opens {
    #[prost(int32, tag = "1")]
    pub mode: i32,
    #[prost(int32, tag = "2")]
    pub level: i32,
    #[prost(int32, repeated, tag = "3")]
    pub modes: Vec<i32>,
    #[prost(int32, optional, tag = "4")]
    pub maybe: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Row {
    #[prost(uint64, tag = "1")]
    pub id: u64,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(int32, tag = "3")]
    pub mode: i32,
    #[prost(double, optional, tag = "4")]
    pub score: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ResultSet {
    #[prost(uint64, optional, tag = "1")]
    pub next: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    pub rows: Vec<Row>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Event {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(oneof = "EventBody", tags = "2, 3, 4, 5")]
    pub body: Option<EventBody>,
    #[prost(string, tag = "6")]
    pub note: String,
}

#[derive(Clone, PartialEq, Oneof)]
pub enum EventBody {
    #[prost(message, tag = "2")]
    Point(Point),
    #[prost(sint32, tag = "3")]
    Delta(i32),
    #[prost(message, tag = "4")]
    Ping(()),
    #[prost(message, tag = "5")]
    Numbers(Uint32List),
}
