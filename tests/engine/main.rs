//! Promises about the engine that hold for every city.

mod city;
mod mdrp;
mod promises;
mod scenarios;
