//! Promises about the engine that hold for every city.

mod ask;
mod bounds;
mod city;
mod mdrp;
mod promises;
mod replanning;
mod scenarios;
