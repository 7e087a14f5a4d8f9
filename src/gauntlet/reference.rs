//! Where the attacks were published.

use std::fmt;

/// A publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Title.
    pub title: &'static str,
    /// Authors, or who speaks.
    pub authors: &'static str,
    /// Where: conference, journal, page.
    pub venue: &'static str,
    /// Year.
    pub year: u16,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            title,
            authors,
            venue,
            year,
        } = self;
        write!(f, "{authors}: {title}. {venue}, {year}")
    }
}

macro_rules! references {
    ($($(#[$doc:meta])* $name:ident = $authors:literal, $title:literal, $venue:literal, $year:literal;)+) => {
        impl Reference {
            $(
                $(#[$doc])*
                #[doc = concat!($authors, ": *", $title, "*, ", $venue, ", ", stringify!($year), ".")]
                pub const $name: Self = Self {
                    title: $title,
                    authors: $authors,
                    venue: $venue,
                    year: $year,
                };
            )+

            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

references! {
    CLONE = "L. Galloway", "It Only Takes a Minute to Clone a Credit Card", "Cyber R&D Lab", 2020;
    BYPASS_CLONING = "B. Krebs", "Is Your Chip Card Secure? Much Depends on Where You Bank", "krebsonsecurity.com", 2020;
    REPLAY_WAVE = "B. Krebs", "'Replay' Attacks Spoof Chip Card Charges", "krebsonsecurity.com", 2014;
    FALLBACK = "International Card Services and acquirers' guides", "Technical fallback: questions and answers", "public merchant guides", 2016;
    CHIP_AND_PIN_IS_BROKEN = "S. J. Murdoch, S. Drimer, R. Anderson, M. Bond", "Chip and PIN is Broken", "IEEE Symposium on Security and Privacy", 2010;
    FORENSIC = "H. Ferradi, R. Géraud, D. Naccache, A. Tria", "When Organized Crime Applies Academic Results: A Forensic Analysis of an In-Card Listening Device", "Journal of Cryptographic Engineering", 2016;
    CHIP_AND_SKIM = "M. Bond, O. Choudary, S. J. Murdoch, S. Skorobogatov, R. Anderson", "Chip and Skim: Cloning EMV Cards with the Pre-play Attack", "IEEE Symposium on Security and Privacy", 2014;
    MAG_STRIPE_DOWNGRADE = "M. Roland, J. Langer", "Cloning Credit Cards: A Combined Pre-play and Downgrade Attack on EMV Contactless", "USENIX Workshop on Offensive Technologies", 2013;
    FIRST_RFID_CARDS = "T. S. Heydt-Benjamin, D. V. Bailey, K. Fu, A. Juels, T. O'Hare", "Vulnerabilities in First-Generation RFID-Enabled Credit Cards", "Financial Cryptography", 2007;
    FOREIGN_CURRENCY = "M. Emms, B. Arief, L. Freitas, J. Hannon, A. van Moorsel", "Harvesting High Value Foreign Currency Transactions from EMV Contactless Credit Cards without the PIN", "ACM CCS", 2014;
    BREAK_FIX_VERIFY = "D. Basin, R. Sasse, J. Toro-Pozo", "The EMV Standard: Break, Fix, Verify", "IEEE Symposium on Security and Privacy", 2021;
    BRAND_MIXUP = "D. Basin, R. Sasse, J. Toro-Pozo", "Card Brand Mixup Attack: Bypassing the PIN in non-Visa Cards by Using Them for Visa Transactions", "USENIX Security", 2021;
    INDUCING_FAILURES = "D. Basin, P. Schaller, J. Toro-Pozo", "Inducing Authentication Failures to Bypass Credit Card PINs", "USENIX Security", 2023;
    EXPRESS_TRANSIT = "A.-I. Radu, T. Chothia, C. J. P. Newton, I. Boureanu, L. Chen", "Practical EMV Relay Protection", "IEEE Symposium on Security and Privacy", 2022;
    FIRST_CONTACT = "L. Galloway, T. Yunusov", "First Contact: New Vulnerabilities in Contactless Payments", "Black Hat Europe", 2019;
    CRYPTOGRAM_CONFUSION = "T. Yunusov", "Hand in Your Pocket Without You Noticing: Current State of Mobile Wallet Security", "Black Hat Europe", 2021;
    UNCHECKED_REFUND = "Contributors of proxmark3", "Pull request 3006: refund routines that look only for the presence of an ARQC", "github.com/RfidResearchGroup/proxmark3", 2025;
    INTERFACE_CONFUSION = "Contributors of proxmark3", "Pull request 2652: a contact card behind a contactless reader", "github.com/RfidResearchGroup/proxmark3", 2024;
    RELAY = "S. Drimer, S. J. Murdoch", "Keep Your Enemies Close: Distance Bounding Against Smartcard Relay Attacks", "USENIX Security", 2007;
    RELAY_PROTECTION = "I. Boureanu, T. Chothia, A. Debant, S. Delaune", "Security Analysis and Implementation of Relay-Resistant Contactless Payments", "ACM CCS", 2020;
    JOINT_RSA = "J. P. Degabriele, A. Lehmann, K. G. Paterson, N. P. Smart, M. Strefler", "On the Joint Security of Encryption and Signature in EMV", "CT-RSA", 2012;
    ROCA = "M. Nemec, M. Sys, P. Svenda, D. Klinec, V. Matyas", "The Return of Coppersmith's Attack: Practical Factorization of Widely Used RSA Moduli", "ACM CCS", 2017;
    ISO_9796_2 = "J.-S. Coron, D. Naccache, M. Tibouchi, R.-P. Weinmann", "Practical Cryptanalysis of ISO/IEC 9796-2 and EMV Signatures", "CRYPTO", 2009;
    EMV_API = "B. Adida, M. Bond, J. Clulow, A. Lin, R. J. Anderson, R. L. Rivest", "On the Security of the EMV Secure Messaging API", "Security Protocols Workshop", 2007;
    DECIMALISATION = "M. Bond, P. Zieliński", "Decimalisation Table Attacks for PIN Cracking", "University of Cambridge UCAM-CL-TR-560", 2003;
    OPTIMISED_TO_FAIL = "S. Drimer, S. J. Murdoch, R. Anderson", "Optimised to Fail: Card Readers for Online Banking", "Financial Cryptography", 2009;
    DISTRIBUTED_GUESSING = "M. A. Ali, B. Arief, M. Emms, A. van Moorsel", "Does the Online Card Payment Landscape Unwittingly Facilitate Fraud?", "IEEE Security & Privacy", 2017;
    IN_WALLET_WE_TRUST = "R. Anwar, S. R. Hussain, M. T. Raza", "In Wallet We Trust: Bypassing the Digital Wallets Payment Security for Free Shopping", "USENIX Security", 2024;
    /// The books themselves, where a rule is theirs and an attack is its breach.
    EMV_BOOKS = "EMVCo", "EMV Integrated Circuit Card Specifications for Payment Systems, Books 1 to 4", "emvco.com", 2022;
    /// Traffic that every host meets and must not refuse.
    NETWORK_PRACTICE = "Payment networks and processors", "Public integration guides: transit, fuel, deferred and stand-in transactions", "public documentation", 2024;
    ISO_7813 = "ISO/IEC", "7813: Information technology, identification cards, financial transaction cards", "iso.org", 2006;
    BER_TLV = "ITU-T", "X.690: encoding rules of ASN.1 (and EMV Book 3 Annex B)", "itu.int", 2021;
    FRAUD_PRACTICE = "Issuers and networks", "Public guides on card testing, cash-out, common points of purchase and impossible travel", "public documentation", 2024;
}
