DROP TABLE slot_bookings, slots, slot_plans;
