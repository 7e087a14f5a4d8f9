//! The store in a file.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chipcard::issuer::{
    CardActivity, CardState, CardStateStore, Outcome, PlaceIndex, PlaceState, ShopActivity,
};
use chipcard_store::{IndexKey, Kind, RedbOptions, RedbStore, Renames};
use redb::backends::InMemoryBackend;
use redb::{ReadableDatabase, ReadableTableMetadata, StorageBackend};

use common::activity::{self, SHOP, START, purchase};
use common::older::{SHOP_MERCHANT, card_of_schema_1, judges_on};
use common::{
    Random, assert_same, card, duplicates_from_threads, events, fallback, key, killed,
    many_failures, remembers, sale, shops,
};

/// A file of one test, not there at its start.
fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    let _ = fs::remove_file(&file);
    file
}

fn state(store: &RedbStore, index: &chipcard::issuer::CardIndex) -> CardState {
    store.card(index).unwrap().unwrap_or_default()
}

#[test]
fn takes_the_library_s_step() {
    let store = RedbStore::on(InMemoryBackend::new(), &key()).unwrap();
    let sequences = (0..500).map(|seed| events(seed, 20));
    for (number, events) in sequences.chain([many_failures()]).enumerate() {
        let index = card(number as u64);
        let record = |event| store.record(&index, event).unwrap();
        let answers: Vec<_> = events.iter().map(record).collect();
        assert_same(&events, &answers, store.card(&index).unwrap());
    }
}

#[test]
fn counts_fallbacks_of_merchants() {
    let file = file("merchants.redb");
    let store = RedbStore::init(&file, &key()).unwrap();
    let mut model = PlaceState::default();
    let place = PlaceIndex([5; 16]);
    for event in [fallback(1, 10), fallback(2, 20), fallback(2, 20)] {
        let before = store.observe(&place, &event).unwrap();
        assert_eq!(before, Some(model.apply(&event)));
    }
    drop(store);
    let store = RedbStore::open(&file, &key()).unwrap();
    let event = fallback(3, 30);
    assert_eq!(
        store.observe(&place, &event).unwrap(),
        Some(model.apply(&event))
    );
}

#[test]
fn one_of_eight_threads_finds_a_counter_new() {
    let store = RedbStore::init(&file("threads.redb"), &key()).unwrap();
    duplicates_from_threads(&store);
}

#[test]
fn opened_anew_it_remembers() {
    let file = file("reopened.redb");
    remembers(&RedbStore::init(&file, &key()).unwrap(), 1..=5);
    remembers(&RedbStore::open(&file, &key()).unwrap(), 6..=9);
    // Initialising what there is changes nothing.
    remembers(&RedbStore::init(&file, &key()).unwrap(), 10..=12);
}

#[test]
fn activities_take_the_library_s_step() {
    let store = RedbStore::on(InMemoryBackend::new(), &key()).unwrap();
    activity::takes_the_library_s_step(&store, 4_000);
}

#[test]
fn activities_of_threads_are_all_counted() {
    let store = RedbStore::init(&file("activities.redb"), &key()).unwrap();
    activity::counts_all_threads(&store, || store.shop(&SHOP).unwrap().unwrap());
}

#[test]
fn opened_anew_it_remembers_activities() {
    let file = file("activities-reopened.redb");
    activity::remembers(&RedbStore::init(&file, &key()).unwrap(), 1, 3);
    activity::remembers(&RedbStore::open(&file, &key()).unwrap(), 4, 6);
    let new = IndexKey::new(&[9; 32]);
    let names = Renames::new(vec![(card(5), card(6))], Vec::new());
    RedbStore::rekey(&file, &key(), &new, &names).unwrap();
    let store = RedbStore::open(&file, &new).unwrap();
    assert_eq!(store.activity(&card(5)).unwrap(), None);
    assert!(store.activity(&card(6)).unwrap().is_some());
    assert_eq!(store.shop(&SHOP).unwrap(), None);
    store.forget(START + 27 * 86_400).unwrap();
    assert!(store.activity(&card(6)).unwrap().is_some());
    store.forget(START + 30 * 86_400).unwrap();
    assert_eq!(store.activity(&card(6)).unwrap(), None);
}

/// A file as the program of an older schema left it, with some cards and a merchant: 1 has no activities, 2 has no journal.
fn file_of_schema(file: &Path, schema: u8) {
    use redb::TableDefinition as Table;
    let cards: Table<'_, [u8; 16], [u8; 92]> = Table::new("cards");
    let places: Table<'_, [u8; 16], [u8; 28]> = Table::new("places");
    let about: Table<'_, &str, &[u8]> = Table::new("about");
    let database = redb::Database::create(file).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut cards = transaction.open_table(cards).unwrap();
        for number in 0..50 {
            let row = card_of_schema_1(number).to_bytes();
            cards.insert(card(number).0, row).unwrap();
        }
        let mut merchant = PlaceState::default();
        merchant.apply(&fallback(1, START));
        let mut places = transaction.open_table(places).unwrap();
        places.insert(SHOP_MERCHANT.0, merchant.to_bytes()).unwrap();
        let mut about = transaction.open_table(about).unwrap();
        about.insert("schema", [schema].as_slice()).unwrap();
        let check_value = key().check_value();
        about.insert("index key", check_value.as_slice()).unwrap();
        if schema == 2 {
            let activities: Table<'_, [u8; 16], [u8; 372]> = Table::new("activities");
            let shops: Table<'_, [u8; 8], [u8; 86]> = Table::new("shops");
            let mut activity = CardActivity::default();
            let event = purchase(START + 1, 1);
            activity.apply(&event, &activity::telling(), &ShopActivity::default());
            let mut shop = ShopActivity::default();
            shop.add_card((START / 86_400) as u16);
            let mut activities = transaction.open_table(activities).unwrap();
            activities.insert(card(5).0, activity.to_bytes()).unwrap();
            let mut shops = transaction.open_table(shops).unwrap();
            shops.insert(SHOP.0, shop.to_bytes()).unwrap();
        }
    }
    transaction.commit().unwrap();
}

#[test]
fn files_of_older_schemas_are_brought_up_to_date_and_judged_on() {
    for schema in [1, 2] {
        let file = file(&format!("schema-{schema}.redb"));
        file_of_schema(&file, schema);
        let store = RedbStore::open(&file, &key()).unwrap();
        judges_on(&store, |card| store.card(card).unwrap());
        let event = fallback(2, START + 1);
        let before = store.observe(&SHOP_MERCHANT, &event).unwrap().unwrap();
        assert_eq!(before.fallbacks, 1);
        activity::remembers(&store, if schema == 2 { 2 } else { 1 }, 3);
        drop(store);
        let store = RedbStore::open(&file, &key()).unwrap();
        activity::remembers(&store, 4, 4);
        let counts = store.counts().unwrap();
        assert_eq!((counts.cards, counts.merchants), (50, 1));
        assert_eq!((counts.activities, counts.shops), (1, 1));
    }
}

#[test]
fn a_file_of_a_later_schema_is_refused() {
    for schema in [0, 4] {
        let file = file("schema-later.redb");
        file_of_schema(&file, schema);
        let error = RedbStore::open(&file, &key()).unwrap_err();
        assert_eq!(error.kind(), Kind::WrongSchema);
    }
}

/// What the journal holds and what is sorted in is told alike, whenever the file is opened anew and however few cards may wait.
#[test]
fn cards_are_sorted_in_and_none_is_lost() {
    let mut random = Random(0x50_47);
    for that_wait in [0, 1, 5, 40, 1_000] {
        let disk = Fragile::default();
        let options = RedbOptions::new().with_journal(that_wait);
        let open = || options.on(disk.clone(), &key()).unwrap();
        let mut store = open();
        let mut model = vec![CardState::default(); 120];
        for step in 0..1_500_u64 {
            // Some cards are used much more often than others.
            let number = random.below(120).min(random.below(120)) as usize;
            let event = sale(step + 1, model[number].now.highest + 1);
            let expected = model[number].apply(&event);
            let recorded = store.record(&card(number as u64), &event).unwrap();
            assert_eq!(recorded, expected);
            if random.below(100) == 0 {
                drop(store);
                store = open();
            }
            if random.below(50) == 0 {
                let some = random.below(120) as usize;
                assert_eq!(state(&store, &card(some as u64)), model[some]);
            }
        }
        for (number, expected) in model.iter().enumerate() {
            assert_eq!(state(&store, &card(number as u64)), *expected);
        }
        let used = model.iter().filter(|state| **state != CardState::default());
        assert_eq!(store.counts().unwrap().cards, used.count() as u64);
        drop(store);
        // The rows of the journal do not grow without end.
        let database = redb::Database::builder().create_with_backend(disk);
        let database = database.unwrap();
        let transaction = database.begin_read().unwrap();
        let journal: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("journal");
        let rows = transaction.open_table(journal).unwrap().len().unwrap();
        assert!(rows <= 3 * that_wait as u64 + 10, "{rows} rows");
    }
}

/// A row that no program of ours wrote.
#[test]
fn a_damaged_journal_is_told_of() {
    let file = file("journal-damaged.redb");
    drop(RedbStore::init(&file, &key()).unwrap());
    let database = redb::Database::open(&file).unwrap();
    let transaction = database.begin_write().unwrap();
    let journal: redb::TableDefinition<'_, u64, &[u8]> = redb::TableDefinition::new("journal");
    let mut rows = transaction.open_table(journal).unwrap();
    rows.insert(0, [0; 107].as_slice()).unwrap();
    drop(rows);
    transaction.commit().unwrap();
    drop(database);
    let error = RedbStore::open(&file, &key()).unwrap_err();
    assert_eq!(error.kind(), Kind::Damaged, "{error}");
}

#[test]
fn shops_keep_their_counts_under_another_key() {
    let file = file("shops-rekeyed.redb");
    let store = RedbStore::init(&file, &key()).unwrap();
    shops::fill(&store);
    drop(store);
    let new = IndexKey::new(&[9; 32]);
    RedbStore::rekey(&file, &key(), &new, &shops::renames()).unwrap();
    let store = RedbStore::open(&file, &new).unwrap();
    shops::assert_renamed(&store, |shop| {
        let today = (START / 86_400) as u16;
        store.shop(shop).unwrap().map(|shop| shop.counts(today))
    });
    assert_eq!(
        store.merchant(&shops::NAMED.1).unwrap().unwrap().fallbacks,
        1
    );
    let counts = store.counts().unwrap();
    assert_eq!((counts.cards, counts.merchants), (0, 1));
    assert_eq!((counts.activities, counts.shops), (1, 1));
}

#[test]
fn opens_its_own_files_alone() {
    let kind = |result: Result<RedbStore, chipcard_store::StoreError>| {
        let error = result.unwrap_err();
        (error.kind(), error.to_string())
    };
    let path = file("own.redb");
    assert_eq!(kind(RedbStore::open(&path, &key())).0, Kind::Unavailable);

    let store = RedbStore::init(&path, &key()).unwrap();
    let (taken, text) = kind(RedbStore::open(&path, &key()));
    assert_eq!(taken, Kind::Unavailable);
    assert!(text.contains("open already"), "{text}");
    drop(store);
    let other = IndexKey::new(&[9; 32]);
    assert_eq!(kind(RedbStore::open(&path, &other)).0, Kind::WrongIndexKey);
    assert_eq!(kind(RedbStore::init(&path, &other)).0, Kind::WrongIndexKey);

    let path = file("no-store.redb");
    drop(redb::Database::create(&path).unwrap());
    assert_eq!(kind(RedbStore::open(&path, &key())).0, Kind::WrongSchema);
    fs::write(&path, "not a database").unwrap();
    assert!(matches!(
        kind(RedbStore::open(&path, &key())).0,
        Kind::Unavailable | Kind::Damaged
    ));
}

#[test]
fn cards_keep_their_state_under_another_key() {
    let path = file("rekeyed.redb");
    let store = RedbStore::init(&path, &key()).unwrap();
    for number in 0..10 {
        store.record(&card(number), &sale(1, 7)).unwrap();
    }
    drop(store);
    let new = IndexKey::new(&[9; 32]);
    // Card 9 is not on the list, card 10 was never used.
    let names = (0..9)
        .chain([10])
        .map(|number| (card(number), card(number + 100)));
    let names = Renames::new(names.collect(), Vec::new());
    let renamed = RedbStore::rekey(&path, &key(), &new, &names).unwrap();
    assert_eq!(renamed, 9);
    let store = RedbStore::open(&path, &new).unwrap();
    assert_eq!(store.card(&card(0)).unwrap(), None);
    for number in 100..109 {
        let replay = store.record(&card(number), &sale(2, 7)).unwrap();
        assert_eq!(replay.outcome, Outcome::Seen);
    }
}

#[test]
#[ignore = "not a test: what the killed process does"]
fn child() {
    let Some((path, round)) = killed::child() else {
        return;
    };
    let options = RedbOptions::new().with_journal(that_wait(round));
    let store = options.open(Path::new(&path), &key()).unwrap();
    killed::record_for_ever(&store, round);
}

/// Some children sort their cards in soon, so that some die while they do.
fn that_wait(round: u64) -> usize {
    [16_384, 0, 1, 3][round as usize % 4]
}

#[test]
fn killed_a_hundred_times_it_lets_no_replay_pass() {
    let path = file("killed.redb");
    drop(RedbStore::init(&path, &key()).unwrap());
    let open = || RedbStore::open(&path, &key()).unwrap();
    let transactions = killed::rounds(path.to_str().unwrap(), 100, open, state);
    println!("{transactions} transactions");
    assert!(transactions > 100);
}

/// Storage that loses its power at one call: what was written and not synchronised is then there or not, sector by sector.
#[derive(Clone, Debug, Default)]
struct Fragile(Arc<Mutex<Sectors>>);

#[derive(Debug, Default)]
struct Sectors {
    now: Vec<u8>,
    synchronised: Vec<u8>,
    written: Vec<(usize, Vec<u8>)>,
    /// Calls until the power is lost.
    left: Option<u64>,
    seed: u64,
    acknowledged: u16,
    /// What is on the disk then, and what had been acknowledged.
    cut: Option<(Vec<u8>, u16)>,
}

impl Sectors {
    const SIZE: usize = 512;

    fn call(&mut self) {
        match &mut self.left {
            Some(0) => {
                self.left = None;
                self.cut = Some((self.remains(), self.acknowledged));
            }
            Some(left) => *left -= 1,
            None => {}
        }
    }

    fn remains(&self) -> Vec<u8> {
        let mut random = Random(self.seed | 1);
        let mut remains = self.synchronised.clone();
        remains.resize(self.now.len().max(remains.len()), 0);
        for (offset, data) in &self.written {
            for (number, sector) in data.chunks(Self::SIZE).enumerate() {
                if random.below(2) == 0 {
                    let start = offset + number * Self::SIZE;
                    remains[start..start + sector.len()].copy_from_slice(sector);
                }
            }
        }
        remains
    }
}

impl StorageBackend for Fragile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = offset as usize;
        out.copy_from_slice(&self.0.lock().unwrap().now[start..start + out.len()]);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut sectors = self.0.lock().unwrap();
        sectors.call();
        sectors.now.resize(length as usize, 0);
        let fits = |(start, data): &(usize, Vec<u8>)| start + data.len() <= length as usize;
        sectors.written.retain(fits);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut sectors = self.0.lock().unwrap();
        sectors.call();
        sectors.synchronised = sectors.now.clone();
        sectors.written.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut sectors = self.0.lock().unwrap();
        sectors.call();
        let start = offset as usize;
        sectors.now[start..start + data.len()].copy_from_slice(data);
        sectors.written.push((start, data.to_vec()));
        Ok(())
    }
}

#[test]
fn without_power_it_keeps_what_it_acknowledged() {
    let mut random = Random(0xC07);
    let mut acknowledged_in_all = 0;
    for round in 0..100 {
        let disk = Fragile::default();
        let options = RedbOptions::new().with_journal(that_wait(round));
        let store = options.on(disk.clone(), &key()).unwrap();
        {
            let mut sectors = disk.0.lock().unwrap();
            sectors.left = Some(random.below(150));
            sectors.seed = random.next();
        }
        let mut atc = 0;
        let (remains, acknowledged) = loop {
            atc += 1;
            store.record(&card(1), &sale(u64::from(atc), atc)).unwrap();
            let mut sectors = disk.0.lock().unwrap();
            if let Some(cut) = sectors.cut.take() {
                break cut;
            }
            sectors.acknowledged = atc;
        };
        acknowledged_in_all += acknowledged;
        let disk = Fragile::default();
        {
            let mut sectors = disk.0.lock().unwrap();
            (sectors.now, sectors.synchronised) = (remains.clone(), remains);
        }
        let store = RedbStore::on(disk, &key()).unwrap();
        let name = |atc| u64::from(atc);
        killed::assert_card_kept(&store, &card(1), acknowledged, name, state, round);
    }
    println!("{acknowledged_in_all} acknowledged");
    assert!(acknowledged_in_all > 100);
}
