//! A ledger for a test: some couriers with lines of pay that can be reckoned again.

use diesel::sql_query;
use diesel_async::AsyncPgConnection;
use diesel_async::RunQueryDsl;
use paceline::clock;
use paceline::commands::audit::{self, Report};
use paceline::db::ledger::{self, checkpoints};
use paceline::domain::geo::Metres;
use paceline::domain::ids::{CourierId, DeliveryId, EntryId, MerchantId, ShiftId};
use paceline::domain::ledger::chain::Hash;
use paceline::domain::ledger::checkpoint::{Checkpoint, Notary, Signed, tree};
use paceline::domain::ledger::{Account, Detail, Entry, Round, merkle};
use paceline::domain::money::{Currency, Money};
use paceline::domain::pay::{PieceInputs, Tariff};
use paceline::domain::time::Timestamp;

use crate::database::Database;

pub struct Books {
    pub database: Database,
    /// As the owner of the tables.
    pub owner: AsyncPgConnection,
    pub tariff: Tariff,
    pub couriers: Vec<CourierId>,
    pub merchant: MerchantId,
}

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_772_452_800 + second)
}

impl Books {
    /// Empty, with this many couriers to book for.
    pub async fn open(couriers: usize) -> Self {
        let database = Database::make().await;
        let mut owner = database.connect().await;
        let tariff = Tariff::parse(include_str!("../../config/policy/tariff-hourly.toml"))
            .expect("a tariff");
        checkpoints::keep_tariff(&mut owner, &tariff, at(0)).await.expect("it is kept");
        let couriers = (0..couriers).map(|_| clock::id_at(at(0), CourierId::from_uuid)).collect();
        let merchant = clock::id_at(at(0), MerchantId::from_uuid);
        Self { database, owner, tariff, couriers, merchant }
    }

    /// A delivery's pay and price, for a courier by number.
    pub async fn deliver(&mut self, courier: usize, second: i64) {
        let delivery_id = clock::id_at(at(second), DeliveryId::from_uuid);
        let shift_id = Some(clock::id_at(at(second), ShiftId::from_uuid));
        let inputs = PieceInputs::ahead(1, 1, Metres(1000 + 7 * second), Metres(0));
        let tariff = (&self.tariff).into();
        let pay = self.tariff.piece(&inputs);
        let piece = Detail::Piece { delivery_id, round: Round::FIRST, shift_id, tariff, inputs };
        let courier = Account::CourierPay(self.couriers[courier]);
        self.move_money(second, piece, Account::CoopOperations, courier, pay.amount).await;
        let price = Detail::Price {
            delivery_id,
            round: Round::FIRST,
            price_version: "1".to_owned(),
            split: None,
        };
        let merchant = Account::MerchantReceivable(self.merchant);
        self.move_money(second, price, merchant, Account::CoopRevenue, 2 * pay.amount).await;
    }

    async fn move_money(
        &mut self,
        second: i64,
        detail: Detail,
        from: Account,
        to: Account,
        cents: i64,
    ) {
        let id = clock::id_at(at(second), EntryId::from_uuid);
        let money = Money::new(cents, Currency::EUR);
        let entry = Entry::transfer(id, at(second), detail, from, to, money).expect("not empty");
        assert!(ledger::post(&mut self.owner, &entry, at(second + 1)).await.expect("it is booked"));
    }

    /// Signs for everything that is booked.
    pub async fn sign(&mut self, notary: &Notary, second: i64) -> Signed {
        let key = checkpoints::KeyRow {
            public_key: notary.key().bytes().to_vec(),
            sealed_key: vec![0],
            created_at: at(0),
        };
        let known = checkpoints::keys(&mut self.owner).await.expect("keys");
        if known.is_empty() {
            checkpoints::insert_key(&mut self.owner, &key).await.expect("it is kept");
        }
        self.sql("BEGIN").await;
        let last = checkpoints::newest(&mut self.owner, None, 1).await.expect("checkpoints").pop();
        let number = last.as_ref().map_or(1, |last| last.number + 1);
        checkpoints::keep_moved_heads(&mut self.owner, number).await.expect("leaves");
        let mut leaves = checkpoints::leaves(&mut self.owner, number).await.expect("leaves");
        let hashes = tree(&mut leaves);
        let signed = notary.sign(Checkpoint {
            number,
            issued_us: at(second).millis() * 1000,
            size: hashes.len() as i64,
            root: merkle::root(&hashes),
            previous_root: last.map_or(Hash::NONE, |last| last.root),
        });
        checkpoints::insert(&mut self.owner, &signed, at(second)).await.expect("it is kept");
        self.sql("COMMIT").await;
        signed
    }

    pub async fn check(&mut self) -> Report {
        audit::check(&mut self.owner, at(3600), None).await.expect("the ledger can be read")
    }

    pub async fn sql(&mut self, statement: &str) {
        let done = sql_query(statement).execute(&mut self.owner).await;
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}
