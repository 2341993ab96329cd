//! paceline: dispatch and pay for bike-logistics co-operatives.
