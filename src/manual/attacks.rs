//! Every published attack on EMV cards and magnetic stripes that is known to us: how it works, what the issuer can see,
//! our answer, and the scenarios of the gauntlet that replay it (module `gauntlet`, feature of the same name;
//! `chipcard gauntlet` on the command line).
//!
//! What stays undetectable is said in bold. Kinds of reasons, where they are named, are those of
//! [`ReasonKind`](crate::issuer::ReasonKind).
//!
//! Each of the thirty has a section below. Before them stand the scenarios that belong to none.
//!
//! ## Behaviour over time
//!
//! Five kinds of fraud break no byte; they show in what a card does one day. Hosts that keep an
//! [`ActivityStore`](crate::issuer::ActivityStore) hold them to plain limits
//! ([`ActivityPolicy`](crate::issuer::ActivityPolicy)): no score, and nothing about anybody's credit standing.
//!
//! | scenario | what | our answer | what is honest |
//! |---|---|---|---|
//! | `F01` | gambling abroad without the card | declined by policy; needs no store | in person, or at home (`H31`) |
//! | `F02` | coins, gift cards, stored value in round amounts | the sixth in 24 hours is referred | a few a day (`H28`) |
//! | `F03` | four compromised cards were used at one shop within 28 days | everything there is referred | a large shop, where they are fewer than 2 in 100 |
//! | `F04` | two countries in less time than an aeroplane takes | referred | half a day later (`H29`), a token elsewhere (`H30`), terminals whose place is not sure (`H32`) |
//! | `F05` | ten tiny tries by number alone in 24 hours | flagged; then 50.00 or more by number alone is declined | small taps: each has a cryptogram (`H27`) |
//!
//! Each can be avoided by who knows the limits. What is refused is not counted, but for tests; what moves which counter stands
//! with the limits.
//!
//! ## Lies and double meanings
//!
//! Nobody published these as attacks of their own; they break the rules of the formats, or what was issued.
//!
//! | scenario | what | our answer |
//! |---|---|---|
//! | `P01` `P02` | an amount, a counter, issuer application data twice | rejected: what decides stands once |
//! | `P03` | an amount inside of a template | rejected: what decides stands on the outermost level |
//! | `P04` `P05` | lengths and tags in other forms than the shortest; bytes that are no object | rejected, with tag and offset |
//! | `P06` | issuer application data whose lengths lie | declined: they have one layout |
//! | `P07` | letters where digits belong, a filler inside of a number | rejected |
//! | `P08` | track 2 data of another account in tag 57 | declined: a message names one account |
//! | `C17` `C18` | another cryptogram version or key index than the card was issued with | declined: both are pinned, none is tried |
//! | `C19` | sequence numbers in DE 23 and tag 5F34 that differ | declined |
//! | `R04` | the counter at its end, and begun anew | declined: a card ends at FFFF |
//! | `I02` | a reversal of what never was | rejected, where the host says that it has no such transaction |
//!
//! ## Honest traffic
//!
//! A decline without cause counts as much as a missed clone. The controls are what looks like an attack and is none; no rule may
//! decline them.
//!
//! | scenario | what |
//! |---|---|
//! | `H01` `H02` `H03` | the first transaction of a card; gaps in the counter after offline approvals; a stored transaction that comes late and says so |
//! | `H04` | taps at gates that are added up, a message that only tells the counter |
//! | `H05` `H06` `H07` | a broken chip; a card without one; a terminal for stripes alone abroad |
//! | `H08` `H09` | no sequence number; issuer application data filled up with zeros, where the record allows it |
//! | `H10` `H22` | the same message again; reversals, and the next payment |
//! | `H11` `H12` `H13` | a tip; fuel for less than was signed; cashback |
//! | `H14` `H15` `H23` | billing in another currency; a date that is a day off; a journey |
//! | `H16` `H17` | a small tap without verification; a token and its plastic by turns |
//! | `H18` `H26` | a renewed card whose counter begins anew; two cards of one account in the same minute |
//! | `H19` `H20` `H21` | entry mode 95; a stand-in's approval; a terminal without the key for data authentication |
//! | `H24` `H25` | the rent; data objects that nobody here knows |
//! | `H27` `H28` `H29` `H30` `H31` `H32` `H33` | what stays below the limits of behaviour over time |
//!
//! # 1. Track skimming and cloning
//!
//! L. Galloway: *It Only Takes a Minute to Clone a Credit Card*. Cyber R&D Lab, 2020.
//!
//! The magnetic stripe is read by a hidden reader and written to another card. The copy is byte for byte the
//! original, so every value on it verifies.
//!
//! **The issuer sees:** A service code that promises a chip, a terminal that could have read it, and no word of a
//! fallback. At a terminal for stripes alone nothing differs but place and pace.
//!
//! **Our answer:** Declined where the chip could have been read (`ChipBypassed`); at home, at a terminal for
//! stripes alone, referred; abroad a step-up. A full copy used where only stripes are read **cannot be told by its
//! bytes**.
//!
//! Replayed by: `M01`, `M02`, `M05`, `M06`, `M07`, `M08`, `M09`, `M20`.
//!
//! # 2. Chip data on a stripe
//!
//! B. Krebs: *Is Your Chip Card Secure? Much Depends on Where You Bank*. krebsonsecurity.com, 2020.
//!
//! The chip gives track 2 equivalent data in clear; they are written to a stripe. A host that does not check the
//! card verification value, or not which one, approves.
//!
//! **The issuer sees:** The value verifies as iCVV, computed over service code 999, where the stripe's was
//! expected.
//!
//! **Our answer:** Declined, with the reason that chip data stand on a stripe. One card in a thousand has equal
//! values: then the stripe is trusted less.
//!
//! Replayed by: `M03`, `M04`, `M10`.
//!
//! # 3. Technical fallback
//!
//! International Card Services and acquirers' guides: *Technical fallback: questions and answers*. public merchant
//! guides, 2016.
//!
//! The chip is broken on purpose, or the terminal told that it is, and the stripe is read instead. Merchants' rules
//! make this an approved path.
//!
//! **The issuer sees:** Entry mode 80, a chip that worked minutes ago, and the number of fallbacks of the card and
//! of the merchant.
//!
//! **Our answer:** A step-up for one; referred soon after a good reading; declined on the fifth at one merchant
//! within an hour. Not declined as such, because chips do break.
//!
//! Replayed by: `M11`, `M12`, `M13`, `H05`.
//!
//! # 4. SDA yes-card
//!
//! EMVCo: *EMV Integrated Circuit Card Specifications for Payment Systems, Books 1 to 4*. emvco.com, 2022.
//!
//! Static data of a genuine card are copied to a chip that accepts every PIN and answers random bytes for a
//! cryptogram. Offline, static authentication of the copied data succeeds.
//!
//! **The issuer sees:** Online the cryptogram is wrong. Offline nothing reaches the issuer before the purchase is
//! presented.
//!
//! **Our answer:** Online declined and not answered. Presented offline purchases fail when their TC is verified:
//! too late for the goods, in time for the dispute.
//!
//! Replayed by: `C01`, `C07`.
//!
//! # 5. The no-PIN wedge
//!
//! S. J. Murdoch, S. Drimer, R. Anderson, M. Bond: *Chip and PIN is Broken*. IEEE Symposium on Security and
//! Privacy, 2010.
//!
//! A device between card and terminal answers VERIFY with success, so the terminal believes that the PIN was right,
//! and the card that none was asked for. Forty cards that did it were found in use.
//!
//! **The issuer sees:** Tag 9F34 or the message claims a PIN checked by the card; the card verification results,
//! under the cryptogram, say that there was none.
//!
//! **Our answer:** Declined: the claim is contradicted by what the card signed. Where no claim is made, a card that
//! noticed that its PIN did not come is stepped up, and one that is only known to prefer a PIN is flagged: some networks
//! leave tag 9F34 out, and what is absent contradicts nothing. The terminal's own results (tag 95), which the cryptogram
//! covers, are believed over tag 9F34 when they say that no verification succeeded.
//!
//! Replayed by: `C02`, `C03`.
//!
//! # 6. Pre-play with predictable numbers
//!
//! M. Bond, O. Choudary, S. J. Murdoch, S. Skorobogatov, R. Anderson: *Chip and Skim: Cloning EMV Cards with the
//! Pre-play Attack*. IEEE Symposium on Security and Privacy, 2014.
//!
//! A terminal that draws unpredictable numbers which can be foretold lets the attacker ask a card beforehand for
//! cryptograms over those numbers, and play them later. The cryptogram is genuine.
//!
//! **The issuer sees:** Date, amount, country and currency inside the cryptogram; the order of the counters; how
//! the terminal's numbers spread over many transactions.
//!
//! **Our answer:** Until the genuine card is used again **one such payment cannot be told from an honest one**; it
//! is flagged where the terminal's numbers are known to be weak. Afterwards its counter is behind and it is
//! declined. A wrong amount, currency, country or date is caught at once, the date against the host's clock too, so that
//! repeating an old one in DE 13 does not help.
//!
//! Replayed by: `C11`, `C12`, `C13`, `C14`, `C15`, `C16`, `R03`.
//!
//! # 7. Pre-play by a man behind the terminal
//!
//! M. Bond, O. Choudary, S. J. Murdoch, S. Skorobogatov, R. Anderson: *Chip and Skim: Cloning EMV Cards with the
//! Pre-play Attack*. IEEE Symposium on Security and Privacy, 2014.
//!
//! Malware between terminal and acquirer replaces the unpredictable number, and what the card signed with it, in
//! the message. The terminal's own number no longer matters.
//!
//! **The issuer sees:** Nothing in the message, which is consistent in itself.
//!
//! **Our answer:** **Undetectable** from one message. What remains is the counter: the genuine card's next payment
//! shows the gap or the regression.
//!
//! Replayed by: `C14`, `C15`, `R03`.
//!
//! # 8. Contactless stripe mode: downgrade and pre-play
//!
//! M. Roland, J. Langer: *Cloning Credit Cards: A Combined Pre-play and Downgrade Attack on EMV Contactless*.
//! USENIX Workshop on Offensive Technologies, 2013.
//!
//! The attacker asks a card in stripe mode for its dynamic values for all unpredictable numbers, of which there are
//! few, and later plays the one that a reader draws. A man in the middle can also take EMV mode out of the card's
//! answer.
//!
//! **The issuer sees:** Entry mode 91 where card and reader do EMV mode; a counter that jumps by hundreds and then
//! goes back.
//!
//! **Our answer:** The downgrade is declined. For cards that have nothing else the counter in the dynamic value is
//! an anti-replay window like any other: flagged when it jumps, declined when it is behind.
//!
//! Replayed by: `M14`, `M15`, `M16`, `M17`.
//!
//! # 9. First contactless cards
//!
//! T. S. Heydt-Benjamin, D. V. Bailey, K. Fu, A. Juels, T. O'Hare: *Vulnerabilities in First-Generation
//! RFID-Enabled Credit Cards*. Financial Cryptography, 2007.
//!
//! Early cards gave the same track, or one with a counter that nobody checked, to every reader. What is read
//! through a pocket is replayed.
//!
//! **The issuer sees:** The dynamic value, and its counter.
//!
//! **Our answer:** The dynamic value is verified by one pinned algorithm with its full number of digits, and its
//! counter is remembered.
//!
//! Replayed by: `M15`, `M17`, `M18`.
//!
//! # 10. Foreign currency without a PIN
//!
//! M. Emms, B. Arief, L. Freitas, J. Hannon, A. van Moorsel: *Harvesting High Value Foreign Currency Transactions
//! from EMV Contactless Credit Cards without the PIN*. ACM CCS, 2014.
//!
//! Cards compared contactless amounts with their limits in their own currency alone, so a pocket reader could
//! collect approvals of up to 999,999.99 in another. A rogue merchant presents them later.
//!
//! **The issuer sees:** Foreign currency, no cardholder verification, a large amount, perhaps an old date.
//!
//! **Our answer:** Referred above a limit for foreign amounts, counted in the order of magnitude of their currency,
//! because 999,999 yen or 9,999.999 dinars are a fortune too; an old date needs the mark of a deferred transaction.
//!
//! Replayed by: `L06`, `C13`.
//!
//! # 11. Contactless PIN bypass by qualifiers
//!
//! D. Basin, R. Sasse, J. Toro-Pozo: *The EMV Standard: Break, Fix, Verify*. IEEE Symposium on Security and
//! Privacy, 2021.
//!
//! Visa's card transaction qualifiers tell the terminal whether the cardholder was verified on his device. No
//! cryptogram covers them, so a man in the middle turns plastic into a telephone.
//!
//! **The issuer sees:** The issuer application data, under the cryptogram: no device verification there; a form
//! factor of plastic; no PIN; an amount above the limit.
//!
//! **Our answer:** Declined, or stepped up where the card's results have no such bit.
//!
//! Replayed by: `L01`, `L08`.
//!
//! # 12. Offline cryptogram modification
//!
//! D. Basin, R. Sasse, J. Toro-Pozo: *The EMV Standard: Break, Fix, Verify*. IEEE Symposium on Security and
//! Privacy, 2021.
//!
//! In offline low-value contactless payments the terminal does not verify the cryptogram, so a man in the middle
//! replaces it by random bytes. The shop is paid from its acquirer's pocket or not at all.
//!
//! **The issuer sees:** Nothing before the purchase is presented; then the TC is wrong.
//!
//! **Our answer:** The TC is verified when it is presented. **No host can prevent it.**
//!
//! Replayed by: `C07`.
//!
//! # 13. Card brand mixup
//!
//! D. Basin, R. Sasse, J. Toro-Pozo: *Card Brand Mixup Attack: Bypassing the PIN in non-Visa Cards by Using Them
//! for Visa Transactions*. USENIX Security, 2021.
//!
//! A man in the middle makes the terminal take a Mastercard card for a Visa card and run the kernel whose PIN rule
//! can be bypassed. The cryptogram is genuine, because no common version covers the application identifier.
//!
//! **The issuer sees:** Tags 84, 9F06 and 4F, and data of the wrong kernel, against the brand that was issued.
//!
//! **Our answer:** Declined: the card has no such application.
//!
//! Replayed by: `L02`.
//!
//! # 14. Induced authentication failures
//!
//! D. Basin, P. Schaller, J. Toro-Pozo: *Inducing Authentication Failures to Bypass Credit Card PINs*. USENIX
//! Security, 2023.
//!
//! The certificate authority's key index or the CVM list are changed on their way to the terminal; data
//! authentication fails, and the transaction goes on online with a weaker cardholder verification. The lie is in
//! data that no signature protected yet.
//!
//! **The issuer sees:** The verification results and the interchange profile, both under the cryptogram: the card
//! could be authenticated and was not; and which verification was used.
//!
//! **Our answer:** Above the limit a step-up. Below it, or with a PIN that the issuer verified, approved: honest
//! terminals lack keys.
//!
//! Replayed by: `C08`, `C09`, `H21`.
//!
//! # 15. Express transit relay
//!
//! A.-I. Radu, T. Chothia, C. J. P. Newton, I. Boureanu, L. Chen: *Practical EMV Relay Protection*. IEEE Symposium
//! on Security and Privacy, 2022.
//!
//! A locked telephone pays at gates without being unlocked; a relay that pretends to be a gate pays anywhere, for
//! any amount. Two unprotected bits are changed on the way.
//!
//! **The issuer sees:** No device verification in the issuer application data, a merchant that is no gate, an
//! amount above the limit.
//!
//! **Our answer:** Declined above the limit; at gates, below it, approved.
//!
//! Replayed by: `L03`, `H04`.
//!
//! # 16. Wallet limits bypassed by unprotected bits
//!
//! L. Galloway, T. Yunusov: *First Contact: New Vulnerabilities in Contactless Payments*. Black Hat Europe, 2019.
//!
//! As the bypass by qualifiers, against wallets and against cryptogram version 10, whose qualifiers and parts of
//! whose issuer application data nothing covers. The terminal believes what it is told.
//!
//! **The issuer sees:** What the issuer's own record says: plastic or device.
//!
//! **Our answer:** Declined: plastic verifies nobody.
//!
//! Replayed by: `L01`, `L08`.
//!
//! # 17. Cryptogram confusion
//!
//! T. Yunusov: *Hand in Your Pocket Without You Noticing: Current State of Mobile Wallet Security*. Black Hat
//! Europe, 2021.
//!
//! A card or wallet that declines still makes a cryptogram, an AAC; with tag 9F27 changed it is sent as a request.
//! The cryptogram verifies.
//!
//! **The issuer sees:** The card verification results say what the card made, and that PIN tries are exceeded.
//!
//! **Our answer:** Declined and not answered.
//!
//! Replayed by: `C04`, `C05`, `C06`.
//!
//! # 18. Refunds that nobody verifies
//!
//! Contributors of proxmark3: *Pull request 3006: refund routines that look only for the presence of an ARQC*.
//! github.com/RfidResearchGroup/proxmark3, 2025.
//!
//! Terminals' refund routines ask the card for a cryptogram, and hosts look only whether there is one. A static
//! card gets money.
//!
//! **The issuer sees:** The cryptogram is wrong.
//!
//! **Our answer:** Refunds are verified like payments. One that ends with an AAC, and says so, is a refund all the same.
//!
//! Replayed by: `I01`.
//!
//! # 19. A contact card behind a contactless reader
//!
//! Contributors of proxmark3: *Pull request 2652: a contact card behind a contactless reader*.
//! github.com/RfidResearchGroup/proxmark3, 2024.
//!
//! A relay lets a chip with contacts answer a contactless reader. Rules differ by interface, and the looser ones
//! apply.
//!
//! **The issuer sees:** The record says which interfaces were issued.
//!
//! **Our answer:** Declined when the card has no such interface.
//!
//! Replayed by: `L07`.
//!
//! # 20. Relay
//!
//! S. Drimer, S. J. Murdoch: *Keep Your Enemies Close: Distance Bounding Against Smartcard Relay Attacks*. USENIX
//! Security, 2007.
//!
//! Two devices pass a genuine card's answers to a distant reader in real time. Every byte is honest.
//!
//! **The issuer sees:** Nothing, unless card and reader measure the time and say so in the verification results.
//!
//! **Our answer:** With relay resistance data declined. Without it **undetectable**; where the card is seen next is
//! a matter of monitoring.
//!
//! Replayed by: `L04`, `L05`.
//!
//! # 21. Replayed and altered streams
//!
//! B. Krebs: *'Replay' Attacks Spoof Chip Card Charges*. krebsonsecurity.com, 2014.
//!
//! Stolen stripe accounts were sent as chip transactions with a static or absent cryptogram and a repeated counter.
//! Hosts that saw chip fields did not look further.
//!
//! **The issuer sees:** No chip was issued; the cryptogram is wrong; the counter was used.
//!
//! **Our answer:** Declined, each for its own reason. One cryptogram is approved once, also at two hosts at the
//! same time.
//!
//! Replayed by: `C10`, `R01`, `R02`, `R05`, `R07`.
//!
//! # 22. One RSA key for signatures and PINs
//!
//! J. P. Degabriele, A. Lehmann, K. G. Paterson, N. P. Smart, M. Strefler: *On the Joint Security of Encryption and
//! Signature in EMV*. CT-RSA, 2012.
//!
//! Where a card uses one RSA key to sign and to decipher PINs, whether it accepts a padding tells enough to forge a
//! signature. With it an offline purchase can be made without the card's agreement.
//!
//! **The issuer sees:** Nothing offline; the TC when it is presented.
//!
//! **Our answer:** Online the cryptogram decides; presented purchases are verified.
//!
//! Replayed by: `C01`, `C07`.
//!
//! # 23. ROCA
//!
//! M. Nemec, M. Sys, P. Svenda, D. Klinec, V. Matyas: *The Return of Coppersmith's Attack: Practical Factorization
//! of Widely Used RSA Moduli*. ACM CCS, 2017.
//!
//! A flawed generator made RSA keys that can be factored from their public part. Cards with such keys can be cloned
//! for offline use.
//!
//! **The issuer sees:** Nothing in a message; the key itself shows it when a card is personalised.
//!
//! **Our answer:** The lint of card keys (feature `oda`) refuses such a modulus when a card is personalised. Online nothing
//! changes: the clone has no cryptogram key. Offline purchases are verified when presented.
//!
//! Replayed by: `C01`, `C07`.
//!
//! # 24. Forged ISO 9796-2 signatures and faults
//!
//! J.-S. Coron, D. Naccache, M. Tibouchi, R.-P. Weinmann: *Practical Cryptanalysis of ISO/IEC 9796-2 and EMV
//! Signatures*. CRYPTO, 2009.
//!
//! The signature format of the certificates has partial forgeries, and a faulty computation gives a key's factors
//! away. Either makes offline clones.
//!
//! **The issuer sees:** Nothing in a message.
//!
//! **Our answer:** **Out of a host's reach** but for the cryptogram, which no such clone can make.
//!
//! Replayed by: `C01`, `C07`.
//!
//! # 25. The secure-messaging interface
//!
//! B. Adida, M. Bond, J. Clulow, A. Lin, R. J. Anderson, R. L. Rivest: *On the Security of the EMV Secure Messaging
//! API*. Security Protocols Workshop, 2007.
//!
//! Interfaces of security modules that let a host choose too much of a script (or a PIN's decimalisation table)
//! give its secrets away piece by piece. The messages look ordinary.
//!
//! **The issuer sees:** The issuer's own interface, not the message.
//!
//! **Our answer:** Script headers and MAC lengths are pinned, keys have one purpose and one type, and no interface
//! takes a decimalisation table. The card refuses what is replayed, cut or reordered.
//!
//! Replayed by: `X06`, `X07`.
//!
//! # 26. Online banking tokens as payments
//!
//! S. Drimer, S. J. Murdoch, R. Anderson: *Optimised to Fail: Card Readers for Online Banking*. Financial
//! Cryptography, 2009.
//!
//! A card reader for online banking makes the card sign a cryptogram over no amount and no number. Presented as a
//! payment it verifies.
//!
//! **The issuer sees:** Amount and unpredictable number are zero; where it is made over a challenge, country and date are.
//!
//! **Our answer:** Declined as a payment, a refund or a question about the account. Over a challenge it is referred, because a
//! terminal that was never set up has neither country nor date.
//!
//! Replayed by: `T04`.
//!
//! # 27. Distributed guessing
//!
//! M. A. Ali, B. Arief, M. Emms, A. van Moorsel: *Does the Online Card Payment Landscape Unwittingly Facilitate
//! Fraud?*. IEEE Security & Privacy, 2017.
//!
//! Printed values and expiry dates are guessed over many web shops, few tries at each. No shop sees more than its
//! own.
//!
//! **The issuer sees:** All tries of a card come to one issuer.
//!
//! **Our answer:** Wrong values are counted per card over all shops; after ten, what rests on such a value is
//! declined.
//!
//! Replayed by: `M19`.
//!
//! # 28. Tokens that outlive their cards
//!
//! R. Anwar, S. R. Hussain, M. T. Raza: *In Wallet We Trust: Bypassing the Digital Wallets Payment Security for
//! Free Shopping*. USENIX Security, 2024.
//!
//! A card that was reported stolen stays usable as a token in a telephone, and marks of recurring payments hide
//! one-off purchases. The token's own status was never touched.
//!
//! **The issuer sees:** The status of the card behind the token; the token's domain.
//!
//! **Our answer:** Declined: the card's status counts for its tokens, and a token outside of its domain is
//! declined.
//!
//! Replayed by: `T01`, `T02`, `T03`.
//!
//! # 29. Guessing of cryptograms and PINs
//!
//! EMVCo: *EMV Integrated Circuit Card Specifications for Payment Systems, Books 1 to 4*. emvco.com, 2022.
//!
//! A cryptogram has 64 bits and a PIN 10,000 values; what is not counted can be tried. Side channels shorten the
//! work for the owner of a card.
//!
//! **The issuer sees:** Wrong cryptograms of a card.
//!
//! **Our answer:** All eight bytes are compared; after ten wrong ones in a day the card is held. Side channels of
//! the card are **out of a host's reach**.
//!
//! Replayed by: `C20`, `R06`, `X08`.
//!
//! # 30. Check values and oracles
//!
//! EMVCo: *EMV Integrated Circuit Card Specifications for Payment Systems, Books 1 to 4*. emvco.com, 2022.
//!
//! A check value is a piece of an enciphered block of zeros, and an answer to an unverified cryptogram is an
//! enciphered block of the attacker's choice: with Mastercard's own session keys two answers are a session key.
//! Neither needs the key.
//!
//! **The issuer sees:** Cryptograms that are wrong, in pairs that follow a pattern; but the host does not need to
//! see it.
//!
//! **Our answer:** Check values have three bytes (a CMAC with AES), and what is not verified is not answered: an
//! answer without the proof does not compile.
//!
//! Replayed by: `X01`, `X02`, `X03`, `X04`, `X05`, `X07`.
