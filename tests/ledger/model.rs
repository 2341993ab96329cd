//! Random histories, each beside a model that is a list of amounts for each account:
//! what is booked, booked again, taken back with and without anybody's agreement, and by a courier who
//! takes the step back that it was booked with.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use paceline::clock;
use paceline::db::API_ROLE;
use paceline::db::ledger::{self, Span};
use paceline::domain::geo::Metres;
use paceline::domain::ids::{CourierId, DeliveryId, EntryId, MerchantId};
use paceline::domain::ledger::{Account, Booked, Detail, Entry, Round};
use paceline::domain::money::{Currency, Money};
use paceline::domain::pay::{PieceInputs, Tariff};

use crate::books::{Books, at};

const HISTORIES: u64 = 500;
const WORKERS: usize = 10;
const STEPS_MAX: u64 = 8;

/// How many histories, unless `PACELINE_HISTORIES` says otherwise.
fn histories() -> u64 {
    let asked = std::env::var("PACELINE_HISTORIES").ok();
    asked.map_or(HISTORIES, |text| text.parse().expect("PACELINE_HISTORIES is a number"))
}

/// A stream of numbers from one seed: `SplitMix64` (Steele et al. 2014). A history that fails can be
/// had again by its seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % bound
    }

    fn amount(&mut self) -> i64 {
        i64::try_from(1 + self.below(5_000)).expect("small")
    }
}

/// What each account has been booked, in order.
type Model = BTreeMap<Account, Vec<i64>>;

/// Two couriers and a shop of one history's own.
struct History {
    numbers: Numbers,
    couriers: [CourierId; 2],
    merchant: MerchantId,
    model: Model,
    booked: Vec<Booked>,
    back: Vec<EntryId>,
}

impl History {
    fn new(seed: u64) -> Self {
        Self {
            numbers: Numbers(seed),
            couriers: [(); 2].map(|()| clock::id_at(at(0), CourierId::from_uuid)),
            merchant: clock::id_at(at(0), MerchantId::from_uuid),
            model: Model::new(),
            booked: Vec::new(),
            back: Vec::new(),
        }
    }

    /// A price, a tip or a piece.
    fn event(&mut self, tariff: &Tariff) -> Entry {
        let id = clock::id_at(at(0), EntryId::from_uuid);
        let delivery_id = clock::id_at(at(0), DeliveryId::from_uuid);
        let courier = self.couriers[usize::from(self.numbers.below(2) == 1)];
        let shop = Account::MerchantReceivable(self.merchant);
        let cents = Money::new(self.numbers.amount(), Currency::EUR);
        let (detail, from, to, money) = match self.numbers.below(3) {
            0 => {
                let detail = Detail::Price {
                    delivery_id,
                    round: Round::FIRST,
                    price_version: "1".to_owned(),
                    split: None,
                };
                (detail, shop, Account::CoopRevenue, cents)
            }
            1 => (
                Detail::Tip { delivery_id, round: Round::FIRST },
                shop,
                Account::CourierTips(courier),
                cents,
            ),
            _ => {
                let inputs = PieceInputs::ahead(1, 1, Metres(cents.amount), Metres(0));
                let (tariff_ref, pay) = (tariff.into(), tariff.piece(&inputs));
                let detail = Detail::Piece {
                    delivery_id,
                    round: Round::FIRST,
                    shift_id: None,
                    tariff: tariff_ref,
                    inputs,
                };
                (detail, Account::CoopOperations, Account::CourierPay(courier), pay)
            }
        };
        Entry::transfer(id, at(0), detail, from, to, money).expect("not empty")
    }

    fn note(&mut self, entry: &Entry) {
        for (account, amount) in entry.postings() {
            self.model.entry(*account).or_default().push(*amount);
        }
    }

    async fn live(&mut self, conn: &mut AsyncPgConnection, people: &People, tariff: &Tariff) {
        for _ in 0..=self.numbers.below(STEPS_MAX) {
            let known = self.booked.len() as u64;
            match (self.numbers.below(4), known) {
                (0 | 1, _) | (_, 0) => self.book(conn, tariff).await,
                (2, _) => {
                    let which = self.numbers.below(known);
                    let of = self.booked[usize::try_from(which).expect("small")].clone();
                    self.undo(conn, &of).await;
                }
                _ => {
                    let which = self.numbers.below(known);
                    let of = self.booked[usize::try_from(which).expect("small")].clone();
                    self.take_back(conn, people, &of).await;
                }
            }
        }
    }

    /// Books an event, and now and then the same one again.
    async fn book(&mut self, conn: &mut AsyncPgConnection, tariff: &Tariff) {
        let entry = self.event(tariff);
        assert!(ledger::post(conn, &entry, at(1)).await.expect("it is booked"));
        self.note(&entry);
        let (id, detail, currency) = (entry.id, entry.detail.clone(), entry.currency());
        let postings = entry.postings().to_vec();
        self.booked.push(Booked { id, detail, currency, postings });
        if self.numbers.below(4) == 0 {
            assert!(!ledger::post(conn, &entry, at(2)).await.expect("an answer"));
        }
    }

    /// Takes an entry back: once, and from a courier only when two have agreed.
    async fn take_back(&mut self, conn: &mut AsyncPgConnection, people: &People, of: &Booked) {
        let entry = Entry::reversal(clock::id_at(at(0), EntryId::from_uuid), at(3), of);
        if self.back.contains(&of.id) {
            assert!(!ledger::post(conn, &entry, at(3)).await.expect("an answer"));
            return;
        }
        if of.courier().is_some() {
            let refused = ledger::post(conn, &entry, at(3)).await.expect_err("nobody has agreed");
            assert!(refused.to_string().contains("unless somebody else agrees"), "{refused}");
            if self.numbers.below(2) == 0 {
                return;
            }
            people.agree(conn, of.id).await;
        }
        assert!(ledger::post(conn, &entry, at(3)).await.expect("it is booked"));
        self.note(&entry);
        self.back.push(of.id);
    }

    /// A courier takes back what was booked with a step, and it is booked anew in the next round.
    async fn undo(&mut self, conn: &mut AsyncPgConnection, of: &Booked) {
        let Some(courier) = of.courier() else { return };
        if self.back.contains(&of.id) {
            return;
        }
        let entry = Entry::reversal(clock::id_at(at(0), EntryId::from_uuid), at(3), of);
        let other = self.couriers[usize::from(self.couriers[0] == courier)];
        // Nobody else's word is enough.
        for (who, takes) in [(other, false), (courier, true)] {
            conn.batch_execute(&format!(
                "ROLLBACK; BEGIN; INSERT INTO couriers (id, name, vehicle, created_at)
                     VALUES ('{0}', 'C', 'bike', now()) ON CONFLICT DO NOTHING;
                 INSERT INTO undone_entries VALUES ('{1}', '{0}', now())",
                who.uuid(),
                of.id.uuid()
            ))
            .await
            .expect("it is said");
            let posted = ledger::post(conn, &entry, at(3)).await;
            assert_eq!(posted.is_ok(), takes, "{posted:?}");
        }
        conn.batch_execute("COMMIT").await.expect("it is kept");
        self.note(&entry);
        self.back.push(of.id);
        let Some(detail) = again(&of.detail) else { return };
        let id = clock::id_at(at(0), EntryId::from_uuid);
        let (from, to) = (of.postings[0].0, of.postings[1].0);
        let money = Money::new(of.postings[1].1, of.currency);
        let entry = Entry::transfer(id, at(4), detail, from, to, money).expect("not empty");
        assert!(ledger::post(conn, &entry, at(4)).await.expect("it is booked"));
        self.note(&entry);
        let (detail, currency) = (entry.detail.clone(), entry.currency());
        let postings = entry.postings().to_vec();
        self.booked.push(Booked { id, detail, currency, postings });
    }

    /// The own accounts are what the model says, line by line.
    async fn compare(&self, conn: &mut AsyncPgConnection, seed: u64) {
        for (account, amounts) in &self.model {
            if account.owner().is_none() {
                continue;
            }
            let span = Span { from: None, to: None, before_seq: None };
            let lines = ledger::lines(conn, *account, span, 1_000).await.expect("lines");
            let found: Vec<i64> = lines.iter().rev().map(|line| line.amount).collect();
            assert_eq!(&found, amounts, "{} of the history {seed}", account.code());
            let sum: i64 = amounts.iter().sum();
            assert_eq!(lines[0].balance, sum, "{} of the history {seed}", account.code());
        }
    }
}

/// The same once more; only what a courier's step brings with it has rounds.
fn again(detail: &Detail) -> Option<Detail> {
    let mut detail = detail.clone();
    match &mut detail {
        Detail::Piece { round, .. } | Detail::Tip { round, .. } => *round = Round(round.0 + 1),
        _ => return None,
    }
    Some(detail)
}

/// Who asks and who agrees.
struct People {
    asks: uuid::Uuid,
    agrees: uuid::Uuid,
}

impl People {
    async fn make(owner: &mut AsyncPgConnection) -> Self {
        let people = Self { asks: uuid::Uuid::from_u128(1), agrees: uuid::Uuid::from_u128(2) };
        for id in [people.asks, people.agrees] {
            let sql = format!(
                "INSERT INTO users (id, name, email, password_hash, roles, created_at)
                 VALUES ('{id}', 'A', '{id}@example.org', '$argon2id$x', '{{treasurer}}', now())"
            );
            owner.batch_execute(&sql).await.expect("a user");
        }
        people
    }

    async fn agree(&self, conn: &mut AsyncPgConnection, entry: EntryId) {
        let sql = format!(
            "INSERT INTO ledger_reversals (entry_id, reason, asked_by, asked_at, agreed_by, agreed_at)
             VALUES ('{}', 'a test', '{}', now(), '{}', now())",
            entry.uuid(),
            self.asks,
            self.agrees
        );
        conn.batch_execute(&sql).await.expect("they agree");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_histories_end_as_the_model_says() {
    let histories = histories();
    let mut books = Books::open(0).await;
    let people = Arc::new(People::make(&mut books.owner).await);
    let tariff = Arc::new(books.tariff.clone());
    let first = u64::from_be_bytes(clock::chance());
    let next = Arc::new(AtomicU64::new(0));
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let mut conn = books.database.connect().await;
        conn.batch_execute(&format!("SET SESSION AUTHORIZATION {API_ROLE}")).await.expect("a role");
        let (people, tariff, next) = (people.clone(), tariff.clone(), next.clone());
        workers.push(tokio::spawn(async move {
            let mut coop = BTreeMap::<Account, i64>::new();
            loop {
                let number = AtomicU64::fetch_add(&next, 1, Ordering::Relaxed);
                if number >= histories {
                    return coop;
                }
                let seed = first.wrapping_add(number);
                let mut history = History::new(seed);
                history.live(&mut conn, &people, &tariff).await;
                history.compare(&mut conn, seed).await;
                for (account, amounts) in history.model {
                    if account.owner().is_none() {
                        *coop.entry(account).or_default() += amounts.iter().sum::<i64>();
                    }
                }
            }
        }));
    }
    let mut coop = BTreeMap::<Account, i64>::new();
    for worker in workers {
        for (account, sum) in worker.await.expect("every history holds") {
            *coop.entry(account).or_default() += sum;
        }
    }
    for (account, sum) in coop {
        let total = ledger::total(&mut books.owner, account, Span::default()).await;
        assert_eq!(total.expect("a sum"), sum, "{}", account.code());
    }
    assert_eq!(books.check().await.faults, []);
}
