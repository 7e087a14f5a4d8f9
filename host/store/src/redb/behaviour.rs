//! What cards do over time, and what shops count: a table each.

use chipcard::issuer::{
    ActivityEvent, ActivityPolicy, CardActivity, CardIndex, CompromiseReport, Noticed,
    ShopActivity, ShopIndex,
};
use redb::{ReadableTable, ReadableTableMetadata, Table, TableDefinition, WriteTransaction};

use crate::day;

type Row = [u8; CardActivity::LENGTH];
type ShopRow = [u8; ShopActivity::LENGTH];

pub(super) const ACTIVITIES: TableDefinition<'_, [u8; 16], Row> =
    TableDefinition::new("activities");
pub(super) const SHOPS: TableDefinition<'_, [u8; 8], ShopRow> = TableDefinition::new("shops");

/// The tables, in one transaction.
pub(super) struct Behaviour<'t> {
    cards: Table<'t, [u8; 16], Row>,
    shops: Table<'t, [u8; 8], ShopRow>,
}

impl<'t> Behaviour<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            cards: transaction.open_table(ACTIVITIES)?,
            shops: transaction.open_table(SHOPS)?,
        })
    }

    pub(super) fn watch(
        &mut self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
        moved: &mut bool,
    ) -> Result<Noticed, redb::Error> {
        let shop = match event.shop() {
            Some(shop) => self.shop(&shop)?,
            None => ShopActivity::default(),
        };
        let found = self.card(card)?;
        let mut activity = found;
        let (noticed, counts) = activity.apply(event, policy, &shop);
        if activity != found {
            self.cards.insert(card.0, activity.to_bytes())?;
            *moved = true;
        }
        if let Some(name) = event.shop().filter(|_| counts) {
            let mut shop = shop;
            shop.add_card(day(event.at));
            self.shops.insert(name.0, shop.to_bytes())?;
        }
        Ok(noticed)
    }

    pub(super) fn report(
        &mut self,
        card: &CardIndex,
        report: &CompromiseReport,
        moved: &mut bool,
    ) -> Result<usize, redb::Error> {
        let found = self.card(card)?;
        let mut activity = found;
        let mut count = 0;
        for (name, day) in activity.report(report) {
            let mut shop = self.shop(&name)?;
            shop.add_compromised(day);
            self.shops.insert(name.0, shop.to_bytes())?;
            count += 1;
        }
        // Of a card that was never seen there is nothing to note.
        if activity != found && found != CardActivity::default() {
            self.cards.insert(card.0, activity.to_bytes())?;
            *moved = true;
        }
        Ok(count)
    }

    pub(super) fn forget(&mut self, at: u32) -> Result<(), redb::Error> {
        self.cards
            .retain(|_, row| !CardActivity::from_bytes(&row).is_over(at))?;
        self.shops
            .retain(|_, row| !ShopActivity::from_bytes(&row).is_over(at))?;
        Ok(())
    }

    pub(super) fn card(&self, card: &CardIndex) -> Result<CardActivity, redb::Error> {
        let row = self.cards.get(card.0)?.map(|row| row.value());
        Ok(row.map_or_else(CardActivity::default, |row| CardActivity::from_bytes(&row)))
    }

    pub(super) fn shop(&self, shop: &ShopIndex) -> Result<ShopActivity, redb::Error> {
        let row = self.shops.get(shop.0)?.map(|row| row.value());
        Ok(row.map_or_else(ShopActivity::default, |row| ShopActivity::from_bytes(&row)))
    }

    /// How many cards and shops there are.
    pub(super) fn counts(&self) -> Result<(u64, u64), redb::Error> {
        Ok((self.cards.len()?, self.shops.len()?))
    }
}

/// Makes the tables that are not there.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    Behaviour::open(transaction).map(|_| ())
}
