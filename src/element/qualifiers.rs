//! Contactless qualifiers of the terminal and of the card (tags 9F66, 9F6C).

use super::bits::bit_element;

bit_element! {
    /// Terminal transaction qualifiers: four bytes, what a contactless terminal supports and demands
    /// (EMV Contactless Book A 5.7, Table 5-4; fast mode, transit, the last CDCVM bits and fDDA are later versions').
    ///
    /// Mastercard uses the same tag for a bit map of its mag-stripe mode (`PUNATC(Track2)`).
    #[doc(alias = "TTQ")]
    #[doc(alias = "9F66")]
    pub struct TerminalTransactionQualifiers([u8; 4]);
    1 0x80 flag => MAG_STRIPE_MODE: "mag-stripe mode supported";
    1 0x20 flag => EMV_MODE: "EMV mode supported";
    1 0x10 flag => EMV_CONTACT_CHIP: "EMV contact chip supported";
    1 0x08 flag => OFFLINE_ONLY_READER: "offline-only reader";
    1 0x04 flag => ONLINE_PIN: "online PIN supported";
    1 0x02 flag => SIGNATURE: "signature supported";
    1 0x01 flag => ODA_FOR_ONLINE_AUTHORISATIONS: "offline data authentication for online authorisations supported";
    2 0x80 flag => ONLINE_CRYPTOGRAM_REQUIRED: "online cryptogram required";
    2 0x40 flag => CVM_REQUIRED: "CVM required";
    2 0x20 flag => CONTACT_OFFLINE_PIN: "(contact chip) offline PIN supported";
    2 0x08 flag => FAST_MODE: "fast mode supported";
    2 0x04 flag => TRANSIT_TERMINAL: "transit terminal";
    3 0x80 flag => ISSUER_UPDATE_PROCESSING: "issuer update processing supported";
    3 0x40 flag => CONSUMER_DEVICE_CVM: "consumer device CVM supported";
    3 0x20 flag => CONSUMER_DEVICE_CVM_FOR_TRANSIT: "consumer device CVM for transit merchants supported";
    3 0x08 flag => CONSUMER_DEVICE_CVM_REQUIRED: "consumer device CVM required";
    4 0x80 flag => FDDA_VERSION_1: "fDDA version 1.0 supported";
}

bit_element! {
    /// Card transaction qualifiers: two bytes, what a contactless card tells the terminal to do
    /// (EMV Contactless Books C-3 and C-7 Annex A).
    ///
    /// No online cryptogram signs them: a man in the middle who sets "consumer device CVM performed" and clears "online
    /// PIN required" makes the PIN go away (Basin, Sasse, Toro-Pozo, IEEE S&P 2021). The issuer compares them with
    /// what the card verification results say.
    #[doc(alias = "CTQ")]
    #[doc(alias = "9F6C")]
    pub struct CardTransactionQualifiers([u8; 2]);
    1 0x80 flag => ONLINE_PIN_REQUIRED: "online PIN required";
    1 0x40 flag => SIGNATURE_REQUIRED: "signature required";
    1 0x20 flag => ONLINE_IF_ODA_FAILS: "go online if offline data authentication fails and reader is online capable";
    1 0x10 flag => SWITCH_INTERFACE_IF_ODA_FAILS: "switch interface if offline data authentication fails and reader supports contact chip";
    1 0x08 flag => ONLINE_IF_EXPIRED: "go online if application expired";
    1 0x04 flag => SWITCH_INTERFACE_FOR_CASH: "switch interface for cash transactions";
    1 0x02 flag => SWITCH_INTERFACE_FOR_CASHBACK: "switch interface for cashback transactions";
    1 0x01 flag => NOT_VALID_AT_ATMS: "not valid for contactless ATM transactions";
    2 0x80 flag => CONSUMER_DEVICE_CVM_PERFORMED: "consumer device CVM performed";
    2 0x40 flag => ISSUER_UPDATE_PROCESSING: "card supports issuer update processing at the point of sale";
}
