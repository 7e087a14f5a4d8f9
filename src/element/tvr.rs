//! Terminal verification results (tag 95).

use super::bits::bit_element;

bit_element! {
    /// Terminal verification results: five bytes, what the terminal found wrong or out of the ordinary
    /// (EMV Book 3 Annex C5, Table 42; biometrics, XDA and ECC are EMV 4.4's, Table 46).
    ///
    /// The issuer's and the terminal's action codes have the same bits, and are compared with `&`.
    ///
    /// The contactless kernels 2 and 8 use four bits of byte 5 for the relay resistance protocol, two of which
    /// EMV 4.4 gives another meaning over contacts; which one holds is known from the transaction's interface. Kernel
    /// 8 marks its results with `80` of byte 5, and reads byte 1's `80` and `04` as local authentication not performed
    /// and failed, and `40` of byte 5 as "application identifier mismatch".
    ///
    /// ```
    /// use chipcard::element::TerminalVerificationResults as Tvr;
    ///
    /// let tvr = Tvr([0x80, 0x00, 0x20, 0x00, 0x00]);
    /// let action_code = Tvr::PIN_TRY_LIMIT_EXCEEDED | Tvr::CDA_FAILED;
    /// assert!(tvr.intersects(action_code));
    /// assert!(!tvr.contains(action_code));
    /// assert_eq!((tvr & action_code).to_string(), "0000200000");
    /// ```
    #[doc(alias = "TVR")]
    #[doc(alias = "95")]
    pub struct TerminalVerificationResults([u8; 5]);
    1 0x80 flag => ODA_NOT_PERFORMED: "offline data authentication was not performed";
    1 0x40 flag => SDA_FAILED: "SDA failed";
    1 0x20 flag => ICC_DATA_MISSING: "ICC data missing";
    1 0x10 flag => ON_EXCEPTION_FILE: "card appears on terminal exception file";
    1 0x08 flag => DDA_FAILED: "DDA failed";
    1 0x04 flag => CDA_FAILED: "CDA failed";
    1 0x02 flag => SDA_SELECTED: "SDA selected";
    1 0x01 flag => XDA_SELECTED: "XDA selected";
    2 0x80 flag => APPLICATION_VERSIONS_DIFFER: "ICC and terminal have different application versions";
    2 0x40 flag => EXPIRED: "expired application";
    2 0x20 flag => NOT_YET_EFFECTIVE: "application not yet effective";
    2 0x10 flag => SERVICE_NOT_ALLOWED: "requested service not allowed for card product";
    2 0x08 flag => NEW_CARD: "new card";
    2 0x02 flag => BIOMETRIC_SUCCESSFUL: "biometric performed and successful";
    2 0x01 flag => BIOMETRIC_FORMAT_NOT_SUPPORTED: "biometric template format not supported";
    3 0x80 flag => CARDHOLDER_VERIFICATION_FAILED: "cardholder verification was not successful";
    3 0x40 flag => UNRECOGNISED_CVM: "unrecognised CVM";
    3 0x20 flag => PIN_TRY_LIMIT_EXCEEDED: "PIN try limit exceeded";
    3 0x10 flag => PIN_PAD_MISSING: "PIN entry required and PIN pad not present or not working";
    3 0x08 flag => PIN_NOT_ENTERED: "PIN entry required, PIN pad present, but PIN was not entered";
    3 0x04 flag => ONLINE_CVM_CAPTURED: "online PIN entered (EMV 4.4: online CVM captured)";
    3 0x02 flag => BIOMETRIC_DEVICE_NOT_WORKING: "biometric required but capture device not working";
    3 0x01 flag => BIOMETRIC_BYPASSED: "biometric required, capture device present, but entry was bypassed";
    4 0x80 flag => FLOOR_LIMIT_EXCEEDED: "transaction exceeds floor limit";
    4 0x40 flag => LOWER_CONSECUTIVE_LIMIT_EXCEEDED: "lower consecutive offline limit exceeded";
    4 0x20 flag => UPPER_CONSECUTIVE_LIMIT_EXCEEDED: "upper consecutive offline limit exceeded";
    4 0x10 flag => RANDOMLY_SELECTED_ONLINE: "transaction selected randomly for online processing";
    4 0x08 flag => MERCHANT_FORCED_ONLINE: "merchant forced transaction online";
    4 0x04 flag => BIOMETRIC_TRY_LIMIT_EXCEEDED: "biometric try limit exceeded";
    4 0x02 flag => BIOMETRIC_TYPE_NOT_SUPPORTED: "a selected biometric type not supported";
    4 0x01 flag => XDA_FAILED: "XDA signature verification failed";
    5 0x80 flag => DEFAULT_TDOL_USED: "default TDOL used (kernel 8: format of kernel 8)";
    5 0x40 flag => ISSUER_AUTHENTICATION_FAILED: "issuer authentication failed (kernel 8: application identifier mismatch)";
    5 0x20 flag => SCRIPT_FAILED_BEFORE_FINAL_GENERATE_AC: "script processing failed before final GENERATE AC";
    5 0x10 flag => SCRIPT_FAILED_AFTER_FINAL_GENERATE_AC: "script processing failed after final GENERATE AC";
    5 0x08 flag => RELAY_RESISTANCE_THRESHOLD_EXCEEDED: "relay resistance threshold exceeded (contactless)";
    5 0x04 flag => CA_ECC_KEY_MISSING: "CA ECC key missing (contactless: relay resistance time limits exceeded)";
    5 0x02 flag => ECC_KEY_RECOVERY_FAILED: "ECC key recovery failed (contactless: relay resistance performed)";
    5 0x01 flag => RELAY_RESISTANCE_NOT_PERFORMED: "relay resistance not performed (contactless)";
}

impl TerminalVerificationResults {
    /// Contactless, byte 5, `0x04`: relay resistance time limits exceeded.
    pub const RELAY_RESISTANCE_TIME_LIMITS_EXCEEDED: Self = Self::CA_ECC_KEY_MISSING;
    /// Contactless, byte 5, `0x02`: relay resistance performed.
    pub const RELAY_RESISTANCE_PERFORMED: Self = Self::ECC_KEY_RECOVERY_FAILED;
}
