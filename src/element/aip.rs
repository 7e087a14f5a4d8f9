//! Application interchange profile (tag 82).

use super::bits::bit_element;

const IAD_MAC_OFFSET: &[(u8, &str)] = &[
    (0b00, "not copied"),
    (0b01, "at the default offset"),
    (0b10, "at the card's own offset"),
];

bit_element! {
    /// Application interchange profile: two bytes, what the card can do and wants done
    /// (EMV Book 3 Annex C1, Table 37; `80` of byte 1 is EMV 4.4's).
    ///
    /// `02` of byte 1 and all of byte 2 are the contactless kernels': Book C-2 Annex A.1 and, for "not online only"
    /// and the IAD MAC, kernel 8, where `01` of byte 1 means that the card supports local authentication.
    ///
    /// ```
    /// use chipcard::element::ApplicationInterchangeProfile as Aip;
    ///
    /// let aip = Aip::parse(&[0x3D, 0x00])?;
    /// assert!(aip.contains(Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED));
    /// assert!(!aip.contains(Aip::SDA_SUPPORTED));
    /// # Ok::<(), chipcard::Error>(())
    /// ```
    #[doc(alias = "AIP")]
    #[doc(alias = "82")]
    pub struct ApplicationInterchangeProfile([u8; 2]);
    1 0x80 flag => XDA_SUPPORTED: "XDA is supported";
    1 0x40 flag => SDA_SUPPORTED: "SDA is supported";
    1 0x20 flag => DDA_SUPPORTED: "DDA is supported";
    1 0x10 flag => CARDHOLDER_VERIFICATION_SUPPORTED: "cardholder verification is supported";
    1 0x08 flag => TERMINAL_RISK_MANAGEMENT: "terminal risk management is to be performed";
    1 0x04 flag => ISSUER_AUTHENTICATION_SUPPORTED: "issuer authentication by EXTERNAL AUTHENTICATE is supported";
    1 0x02 flag => ON_DEVICE_VERIFICATION_SUPPORTED: "on-device cardholder verification is supported (contactless)";
    1 0x01 flag => CDA_SUPPORTED: "CDA is supported";
    2 0x80 flag => EMV_MODE_SUPPORTED: "EMV mode is supported (kernel 2)";
    2 0x08 flag => NOT_ONLINE_ONLY: "the card is not online only (kernel 8)";
    2 0x06 code IAD_MAC_OFFSET: "MAC copied into the issuer application data (kernel 8)";
    2 0x01 flag => RELAY_RESISTANCE_SUPPORTED: "relay resistance protocol is supported (contactless)";
}
