//! Application usage control (tag 9F07).

use super::bits::bit_element;

bit_element! {
    /// Application usage control: two bytes, where and for what the issuer lets the card be used
    /// (EMV Book 3 Annex C2, Table 38).
    #[doc(alias = "AUC")]
    #[doc(alias = "9F07")]
    pub struct ApplicationUsageControl([u8; 2]);
    1 0x80 flag => DOMESTIC_CASH: "valid for domestic cash transactions";
    1 0x40 flag => INTERNATIONAL_CASH: "valid for international cash transactions";
    1 0x20 flag => DOMESTIC_GOODS: "valid for domestic goods";
    1 0x10 flag => INTERNATIONAL_GOODS: "valid for international goods";
    1 0x08 flag => DOMESTIC_SERVICES: "valid for domestic services";
    1 0x04 flag => INTERNATIONAL_SERVICES: "valid for international services";
    1 0x02 flag => AT_ATMS: "valid at ATMs";
    1 0x01 flag => AT_OTHER_THAN_ATMS: "valid at terminals other than ATMs";
    2 0x80 flag => DOMESTIC_CASHBACK: "domestic cashback allowed";
    2 0x40 flag => INTERNATIONAL_CASHBACK: "international cashback allowed";
}
