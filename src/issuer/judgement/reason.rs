//! Why: what was claimed, and what speaks against it.

use core::fmt;

use super::verdict::Verdict;
use crate::element::AuthorisationResponseCode;
use crate::tag::Tag;

/// A language in which reasons are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// By its two letters of ISO 639: `en`, `ja`.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "en" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            _ => None,
        }
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// A data element of DE 55.
    Tag(Tag),
    /// A field of the message.
    Element(u8),
    /// The card verification results inside tag 9F10, which the cryptogram covers.
    CardVerificationResults,
    /// The terminal's capability, wherever the network has it.
    TerminalCapability,
    /// The issuer's record of the card.
    Record,
    /// What the store remembers of the card.
    State,
    /// What the store remembers of the merchant or the terminal.
    PlaceState,
    /// What is remembered of the card's behaviour.
    Activity,
    /// The host's clock.
    Clock,
    /// The issuer's policy.
    Policy,
    /// The keys.
    Keys,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_language(Language::English).fmt(f)
    }
}

impl Place {
    fn in_language(self, language: Language) -> PlaceName {
        PlaceName(self, language)
    }
}

struct PlaceName(Place, Language);

impl fmt::Display for PlaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Language::{English, Japanese};
        let name = match (self.0, self.1) {
            (Place::Tag(tag), English) => return write!(f, "tag {tag}"),
            (Place::Tag(tag), Japanese) => return write!(f, "タグ{tag}"),
            (Place::Element(number), _) => return write!(f, "DE {number}"),
            (Place::CardVerificationResults, English) => "CVR in tag 9F10",
            (Place::CardVerificationResults, Japanese) => "タグ9F10内のCVR",
            (Place::TerminalCapability, English) => "terminal capability",
            (Place::TerminalCapability, Japanese) => "端末能力",
            (Place::Record, English) => "card record",
            (Place::Record, Japanese) => "カード台帳",
            (Place::State, English) => "card state",
            (Place::State, Japanese) => "カード利用状態",
            (Place::PlaceState, English) => "merchant or terminal state",
            (Place::PlaceState, Japanese) => "加盟店・端末の利用状態",
            (Place::Activity, English) => "card activity",
            (Place::Activity, Japanese) => "カードの利用履歴",
            (Place::Clock, English) => "host clock",
            (Place::Clock, Japanese) => "ホスト時刻",
            (Place::Policy, English) => "policy",
            (Place::Policy, Japanese) => "判定基準",
            (Place::Keys, English) => "keys",
            (Place::Keys, Japanese) => "鍵",
        };
        f.write_str(name)
    }
}

/// A value in a reason. Never a PAN, a track, a PIN or a card verification value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Value {
    /// Not there, or not to be shown.
    #[default]
    None,
    /// A number.
    Number(u64),
    /// Up to eight bytes.
    Bytes([u8; 8], u8),
    /// A word.
    Text(&'static str),
}

impl Value {
    /// Bytes, of which the first eight are shown.
    pub fn bytes(value: &[u8]) -> Self {
        let mut bytes = [0; 8];
        for (to, from) in bytes.iter_mut().zip(value) {
            *to = *from;
        }
        // At most eight.
        Self::Bytes(bytes, value.len().min(8) as u8)
    }
}

/// The words of [`Value::Text`] in English and Japanese.
const WORDS: [(&str, &str); 3] = [
    ("PIN verified by the card", "カードによる暗証番号照合"),
    ("consumer device", "利用者のデバイス"),
    ("plastic", "プラスチックカード"),
];

impl Value {
    fn in_language(self, language: Language) -> Self {
        match (self, language) {
            (Self::Text(text), Language::Japanese) => {
                let row = WORDS.iter().find(|(english, _)| *english == text);
                Self::Text(row.map_or(text, |(_, japanese)| japanese))
            }
            (value, _) => value,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Number(number) => write!(f, "{number}"),
            Self::Bytes(bytes, length) => bytes
                .iter()
                .take(usize::from(*length))
                .try_for_each(|byte| write!(f, "{byte:02X}")),
            Self::Text(text) => f.write_str(text),
        }
    }
}

macro_rules! reasons {
    ($($kind:ident $id:literal $verdict:ident $code:literal $attacks:tt
        $english:literal $japanese:literal;)+) => {
        /// What speaks against a transaction.
        ///
        /// Each has a name, the verdict that it gets where no policy says otherwise, the response code of a decline for it, the
        /// attacks that it answers, and a sentence in each language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ReasonKind {
            $(#[doc = concat!("`", $id, "`: ", $english, ".")] $kind,)+
        }

        impl ReasonKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            const ROWS: &'static [Row] = &[$(Row {
                id: $id,
                verdict: Verdict::$verdict,
                code: code($code),
                attacks: &$attacks,
                english: $english,
                japanese: $japanese,
            },)+];
        }
    };
}

const fn code(text: &str) -> [u8; 2] {
    match *text.as_bytes() {
        [a, b] => [a, b],
        _ => panic!("a response code has two characters"),
    }
}

struct Row {
    id: &'static str,
    verdict: Verdict,
    code: [u8; 2],
    attacks: &'static [&'static str],
    english: &'static str,
    japanese: &'static str,
}

reasons! {
    // The message's format.
    MalformedChipData "malformed-chip-data" Reject "30" ["C20", "P01", "P02", "P03", "P04", "P05", "P07"]
        "the chip data break their format"
        "ICデータ（DE 55）の形式が不正です";
    MalformedTrack "malformed-track" Reject "30" ["P07"]
        "the track breaks its format"
        "磁気トラックデータの形式が不正です";
    NothingToReverse "nothing-to-reverse" Reject "25" ["I02"]
        "there is no transaction to reverse"
        "取消の対象となる取引が存在しません";
    IssuerDataLie "issuer-data-lie" Decline "59" ["P06", "L02"]
        "the issuer application data do not have the layout of the card"
        "発行者アプリケーションデータの構成がこのカードのものと一致しません";

    // Who the card is.
    PanMismatch "pan-mismatch" Decline "59" ["P08", "M20"]
        "two places of the message name different cards"
        "電文内の会員番号が互いに一致しません";
    SequenceMismatch "sequence-mismatch" Decline "59" ["C19"]
        "the PAN sequence number is another one"
        "カードの枝番（PANシーケンス番号）が一致しません";
    Lost "lost" Decline "41" []
        "the card was reported lost"
        "紛失届が出ているカードです";
    Stolen "stolen" Decline "43" ["T03"]
        "the card was reported stolen"
        "盗難届が出ているカードです";
    Blocked "blocked" Decline "62" ["T03"]
        "the card is blocked"
        "利用停止中のカードです";
    Replaced "replaced" Decline "62" ["28"]
        "another card has taken its place"
        "新しいカードに切り替え済みのカードです";
    Expired "expired" Decline "54" []
        "the card has expired"
        "有効期限切れのカードです";
    WrongBrand "wrong-brand" Decline "59" ["L02", "13"]
        "the terminal ran another payment system's application than the card has"
        "端末がこのカードのものとは異なるブランドのアプリケーションで処理しています";
    WrongKernelData "wrong-kernel-data" Refer "59" ["L02", "13"]
        "the chip data hold elements of another payment system's contactless kernel"
        "他ブランドの非接触カーネルに固有のデータが含まれています";
    TokenDomain "token-domain" Decline "59" ["T01", "28"]
        "the token is used outside of its domain"
        "トークンが許可された用途以外で使われています";

    // The cryptogram.
    CryptogramWrong "cryptogram-wrong" Decline "05"
        ["C01", "C05", "C07", "C11", "C17", "C20", "I01", "R02", "R05", "T02", "X01", "X02", "X03"]
        "the cryptogram is not this card's over this data"
        "取引暗号（ARQC）が一致せず、このカードが生成したものではありません";
    VersionNotPinned "version-not-pinned" Decline "05" ["C17"]
        "the chip data name another cryptogram version than the card has"
        "暗号バージョン番号（CVN）が発行時のものと一致しません";
    KeyIndexNotPinned "key-index-not-pinned" Decline "05" ["C18"]
        "the chip data name another key than the card has"
        "鍵識別番号（DKI）が発行時のものと一致しません";
    NotAnArqc "not-an-arqc" Decline "05" ["C05", "C06", "17"]
        "the card made another type of cryptogram than is claimed"
        "カードが生成した暗号の種別が、電文の主張（ARQC）と異なります";
    CryptogramUnverifiable "cryptogram-unverifiable" Decline "91" []
        "the cryptogram could not be verified"
        "暗号検証を実施できませんでした";
    ChipDataMissing "chip-data-missing" Decline "05" ["C10", "21"]
        "a chip is said to have been read, and there is no cryptogram"
        "IC取引とされていますが、取引暗号が含まれていません";
    ChipDataUnexpected "chip-data-unexpected" Refer "59" []
        "a cryptogram came with an entry mode that has none"
        "入力方式と矛盾する取引暗号が含まれています";
    NoChipIssued "no-chip-issued" Decline "59" ["C10", "21"]
        "the card has no chip"
        "ICチップを搭載していないカードでIC取引が行われています";
    ContactlessNotIssued "contactless-not-issued" Decline "59" ["L07", "19"]
        "the card does nothing without contacts"
        "非接触機能のないカードで非接触取引が行われています";
    InterfaceConfusion "interface-confusion" Decline "59" ["L07", "19"]
        "the card spoke over another interface than the message says"
        "カードが実際に使用した接触・非接触の別が電文と一致しません";
    CapCryptogram "cap-cryptogram" Decline "59" ["T04", "26"]
        "a cryptogram for home banking is used to pay"
        "本人確認用（CAP）の暗号が決済に流用されています";

    // How the cardholder was verified.
    PinContradicted "pin-contradicted" Decline "59" ["C02", "5"]
        "the terminal says that the card verified a PIN, and the card says that it did not"
        "端末はカードによる暗証番号照合が成功したとしていますが、カードの記録では照合していません";
    PinSkipped "pin-skipped" StepUp "55" ["C03"]
        "the card waited for a PIN that did not come"
        "カードが求めた暗証番号の照合が行われていません";
    PinTriesExceeded "pin-tries-exceeded" StepUp "75" ["C04", "17"]
        "no PIN tries are left on the card"
        "カードの暗証番号の誤入力回数が上限に達しています";
    OnlinePinMissing "online-pin-missing" Decline "59" ["11"]
        "the terminal says that it took a PIN for the issuer, and none was sent"
        "端末はオンライン暗証番号を取得したとしていますが、電文に含まれていません";
    OnlinePinWrong "online-pin-wrong" Decline "55" []
        "the PIN is wrong"
        "暗証番号が誤っています";
    VerificationFailed "verification-failed" StepUp "55" ["5", "14"]
        "the terminal's results under the cryptogram say that the cardholder was not verified"
        "取引暗号で保護された端末検証結果（TVR）では、本人確認が成功していません";
    DeviceVerificationContradicted "device-verification-contradicted" StepUp "59" ["L01", "L08", "11", "16"]
        "the consumer's device is said to have verified him, and the card says that it did not"
        "利用者のデバイスでの本人認証（CDCVM）が行われたとされていますが、カードの記録では行われていません";
    SignatureInsteadOfPin "signature-instead-of-pin" StepUp "55" ["C09", "14"]
        "a card that wants a PIN was used without one at a terminal that could take it"
        "暗証番号を求めるカードが、暗証番号なしで利用されています";
    NoVerificationAboveLimit "no-verification-above-limit" StepUp "65" ["L01", "16"]
        "nobody verified the cardholder, above the limit for that"
        "本人確認不要の上限額を超えていますが、本人確認が行われていません";
    ForeignWithoutVerification "foreign-without-verification" Refer "65" ["L06", "10"]
        "a large amount in a foreign currency, and nobody verified the cardholder"
        "外貨建ての高額取引ですが、本人確認が行われていません";
    DeviceNotVerified "device-not-verified" Decline "59" ["L03", "15"]
        "a device that verifies its owner did not, and the merchant is no transit gate"
        "利用者のデバイスでの本人認証が行われておらず、交通機関の加盟店でもありません";

    // What the terminal found.
    CardNotAuthenticated "card-not-authenticated" StepUp "65" ["C08", "14"]
        "the terminal did not authenticate the card, and nobody verified the cardholder"
        "端末によるカードの真正性確認も本人確認も行われていません";
    AuthenticationFailed "authentication-failed" ApproveAndFlag "59" ["14"]
        "the terminal's authentication of the card failed"
        "端末によるカードの真正性確認（オフラインデータ認証）に失敗しています";
    RelaySuspected "relay-suspected" Decline "59" ["L04", "20"]
        "the card answered too slowly: somebody may relay it"
        "カードの応答時間が許容値を超えており、中継攻撃の疑いがあります";
    OnExceptionFile "on-exception-file" Refer "59" []
        "the terminal has the card on its list of exceptions"
        "端末の無効カードリストに登録されています";
    AnswerSuppressed "answer-suppressed" ApproveAndFlag "59" ["X05"]
        "the issuer's last answer did not reach the card"
        "前回の発行者応答がカードに届いていません";
    AnswerForged "answer-forged" ApproveAndFlag "59" ["X04"]
        "the card found the issuer's last answer forged"
        "カードが前回の発行者応答を偽造と判定しています";
    ScriptNotDelivered "script-not-delivered" ApproveAndFlag "59" ["X06"]
        "the issuer's script did not reach the card, or failed"
        "発行者スクリプトがカードで実行されていないか、失敗しています";

    // Amounts, currencies, places, dates.
    AmountRaised "amount-raised" Decline "59" ["C11", "6"]
        "the amount is more than the card signed"
        "請求金額が、カードが署名した金額を上回っています";
    MoneyInAccountCheck "money-in-account-check" Decline "59" []
        "a message that moves no money has an amount"
        "金額を伴わないはずの電文に金額が設定されています";
    CurrencyChanged "currency-changed" Decline "59" ["C12", "10"]
        "the currency is another one than the card signed"
        "通貨が、カードが署名した通貨と異なります";
    CountryDiffers "country-differs" Refer "59" ["C12", "6"]
        "the terminal's country is not the merchant's"
        "端末の国コードが加盟店の国と一致しません";
    DateDiffers "date-differs" Refer "59" ["C13", "6"]
        "the date that the card signed is not the message's"
        "カードが署名した取引日が電文の日付と離れています";
    TypeChanged "type-changed" Decline "59" ["18"]
        "a cryptogram for a refund is used to pay"
        "返品用の取引暗号が売上に使われています";
    RefundOverPurchase "refund-over-purchase" ApproveAndFlag "59" ["18"]
        "a refund came with a cryptogram for a purchase"
        "売上用の取引暗号で返品が行われています";
    CashOverPurchase "cash-over-purchase" ApproveAndFlag "59" []
        "cash is asked for over a cryptogram for a purchase, or the other way round"
        "売上用の取引暗号で現金の引出しが、またはその逆が行われています";
    PaymentOverService "payment-over-service" ApproveAndFlag "59" ["18"]
        "money is asked for over a cryptogram for a question or another service"
        "残高照会など支払い以外の取引暗号で支払いが行われています";

    // How the card was read.
    ChipDataOnStripe "chip-data-on-stripe" Decline "59" ["M03", "2"]
        "the stripe holds what only the chip knows: it was made from chip data"
        "ICチップから取得したデータで磁気ストライプが偽造されています（iCVV一致）";
    ValuesIndistinguishable "values-indistinguishable" Refer "59" ["M04"]
        "the card's stripe and chip values are the same by chance, so a stripe made from chip data would not show"
        "CVVとiCVVが偶然同一のため、ICデータによる偽造か判別できません";
    CvvWrong "cvv-wrong" Decline "05" ["M08", "M09"]
        "the card verification value is wrong"
        "カード検証値（CVV）が誤っています";
    CvvMissing "cvv-missing" Decline "05" ["M09", "M17"]
        "the card verification value is missing or too short"
        "カード検証値（CVV）がないか、桁数が不足しています";
    StripeDataInChip "stripe-data-in-chip" Decline "59" ["M10"]
        "a chip message holds the stripe's card verification value: its track was copied from a stripe"
        "IC取引の電文に磁気ストライプの検証値が含まれています";
    TrackTampered "track-tampered" Decline "59" ["M10"]
        "the card verification value in the chip's track is wrong"
        "IC取引のトラックデータの検証値が誤っています";
    ServiceCodeAltered "service-code-altered" Decline "59" ["M05", "M06"]
        "the service code is another one than the card has"
        "サービスコードが発行時のものから書き換えられています";
    ExpiryAltered "expiry-altered" Decline "59" ["M07"]
        "the expiry date is another one than the card has"
        "有効期限が発行時のものと一致しません";
    ChipBypassed "chip-bypassed" Decline "59" ["M01", "1"]
        "the stripe of a chip card was read where its chip could have been"
        "IC対応端末で、ICカードの磁気ストライプが使われています";
    StripeOfChipCard "stripe-of-chip-card" StepUp "05" ["M02", "1"]
        "the stripe of a chip card was read: a copy would look the same"
        "ICカードの磁気ストライプ取引です（複製との区別ができません）";
    Fallback "fallback" StepUp "05" ["3"]
        "the stripe was read because the chip could not be"
        "ICチップが読み取れず、磁気ストライプで処理されています（フォールバック）";
    FallbackAfterGoodChip "fallback-after-good-chip" Refer "05" ["M11", "3"]
        "the chip that could not be read was read a short while ago"
        "直前に正常に読み取れたICチップが、読み取れないとされています";
    CardFallbacks "card-fallbacks" Refer "05" ["M12", "3"]
        "the card falls back to its stripe too often"
        "このカードのフォールバック取引が短期間に多発しています";
    MerchantFallbacks "merchant-fallbacks" Decline "59" ["M12", "3"]
        "cards fall back to their stripes too often at this merchant"
        "この加盟店でフォールバック取引が短時間に多発しています";
    TrackUnexpected "track-unexpected" Refer "05" ["M13"]
        "the entry mode says that the track could not be read well, and it is there"
        "入力方式と矛盾する磁気トラックデータが含まれています";
    StripeUnverifiable "stripe-unverifiable" Refer "05" []
        "nothing proves that the card was there"
        "カードの提示を裏付けるデータがありません";
    ContactlessDowngraded "contactless-downgraded" Decline "59" ["M14", "8"]
        "a contactless chip was read as a stripe where it could have been read as a chip"
        "非接触IC対応のカードと端末で、磁気ストライプモードに格下げされています";
    DynamicValueWrong "dynamic-value-wrong" Decline "05" ["M17", "M18", "9"]
        "the contactless stripe's dynamic value is wrong"
        "非接触磁気モードの動的検証値が誤っています";
    DynamicValueMissing "dynamic-value-missing" Decline "05" ["M17", "9"]
        "the contactless stripe's dynamic value is missing or too short"
        "非接触磁気モードの動的検証値がないか、桁数が不足しています";
    ContactlessStripe "contactless-stripe" StepUp "05" ["M14", "8"]
        "the card was read as a contactless stripe, and nothing proves that it was there"
        "非接触磁気モードの取引で、カードの提示を裏付けるデータがありません";
    TypedAtChipTerminal "typed-at-chip-terminal" StepUp "05" []
        "the number was typed in at a terminal that could have read the chip"
        "IC対応端末で会員番号が手入力されています";
    Cvv2Wrong "cvv2-wrong" Decline "05" ["M19"]
        "the printed card verification value is wrong"
        "セキュリティコードが誤っています";

    // What is remembered.
    Replay "replay" Decline "59" ["M15", "R01", "R07", "21"]
        "the transaction counter was used before: this is a replay"
        "取引カウンタ（ATC）が使用済みで、過去の取引の再送（リプレイ）です";
    CounterOld "counter-old" Decline "59" ["C15", "M16"]
        "the transaction counter is too far below those that were seen"
        "取引カウンタ（ATC）が既知の値を大きく下回っています";
    CounterBehind "counter-behind" Decline "59" ["C15", "M16", "6"]
        "the transaction counter is below one that was seen, and the message does not say that it is late"
        "取引カウンタ（ATC）が既知の値を下回っています";
    CounterLate "counter-late" ApproveAndFlag "59" ["M16"]
        "a stored transaction came late"
        "蓄積された取引が遅れて到着しました";
    CounterJump "counter-jump" ApproveAndFlag "59" ["M16", "R03", "8"]
        "the transaction counter jumped"
        "取引カウンタ（ATC）が大きく飛んでいます";
    CounterLeap "counter-leap" Refer "59" ["R03"]
        "the transaction counter jumped further than the card can have been used"
        "取引カウンタ（ATC）が通常の利用では考えられないほど飛んでいます";
    CounterExhausted "counter-exhausted" Decline "05" ["R04"]
        "the transaction counter is at its end"
        "取引カウンタ（ATC）が上限に達しています";
    WrongCryptograms "wrong-cryptograms" Decline "59" ["R06", "29"]
        "too many wrong cryptograms: block the card"
        "取引暗号の不一致が上限回数に達しました（カードの利用停止を推奨）";
    HeldForWrongCryptograms "held-for-wrong-cryptograms" Refer "59" ["R06", "29"]
        "somebody is guessing this card's cryptograms"
        "このカードの取引暗号を推測する攻撃が続いています";
    WrongValues "wrong-values" Decline "59" ["M19", "27"]
        "too many wrong card verification values: block the card"
        "カード検証値の誤りが上限回数に達しました（カードの利用停止を推奨）";
    TerminalPredictable "terminal-predictable" ApproveAndFlag "59" ["C14", "C16", "6", "7"]
        "the terminal's unpredictable numbers can be predicted"
        "この端末の予測不能数（乱数）は予測可能です";

    // What the card does over time.
    RemoteGamblingAbroad "remote-gambling-abroad" Decline "57" ["F01"]
        "gambling abroad without the card is not permitted"
        "カードを提示しない海外での賭博取引は認められていません";
    CashOut "cash-out" Refer "59" ["F02"]
        "too many purchases in a day of what is worth money elsewhere, in round amounts"
        "換金性の高い商品の端数のない金額での購入が1日の上限回数に達しました";
    ShopHeld "shop-held" Refer "59" ["F03"]
        "too many of the cards that were used at this shop were compromised afterwards"
        "この加盟店で利用された後に情報流出が確認されたカードが多数あります";
    ImpossibleTravel "impossible-travel" Refer "59" ["F04"]
        "the card was in another country too short a time ago to have come from there"
        "直前に利用された国からこの時間内にカードが移動することは不可能です";
    CardTesting "card-testing" Decline "59" ["F05"]
        "somebody tries with tiny amounts whether the card's number works"
        "少額決済を繰り返してカード番号の有効性を試す行為が続いています";
}

impl ReasonKind {
    fn row(self) -> &'static Row {
        const NONE: Row = Row {
            id: "",
            verdict: Verdict::Decline,
            code: *b"05",
            attacks: &[],
            english: "",
            japanese: "",
        };
        // Each kind has its row, in the same order.
        Self::ROWS.get(self as usize).unwrap_or(&NONE)
    }

    /// Its name in files, e.g. `pin-contradicted`.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The kind of that name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.id() == id)
    }

    /// The verdict that it gets where no policy says otherwise.
    pub fn verdict(self) -> Verdict {
        self.row().verdict
    }

    /// The attacks that it answers in one of their forms, by the names that the manual of attacks gives them.
    pub fn attacks(self) -> &'static [&'static str] {
        self.row().attacks
    }

    /// The response code (DE 39) of a decline for it.
    pub fn response_code(self) -> AuthorisationResponseCode {
        AuthorisationResponseCode::new(self.row().code)
    }

    /// A sentence that says it.
    pub fn text(self, language: Language) -> &'static str {
        match language {
            Language::English => self.row().english,
            Language::Japanese => self.row().japanese,
        }
    }
}

/// One reason: its kind, what was claimed and where, and what speaks against it and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// What it is.
    pub kind: ReasonKind,
    /// What it leads to, after policy.
    pub verdict: Verdict,
    /// Where the claim stands.
    pub place: Place,
    /// The claim.
    pub claimed: Value,
    /// Where stands what speaks against it.
    pub against: Place,
    /// What speaks against it.
    pub found: Value,
}

impl Reason {
    /// A reason with its usual verdict.
    pub(crate) fn new(
        kind: ReasonKind,
        place: Place,
        claimed: Value,
        against: Place,
        found: Value,
    ) -> Self {
        Self {
            kind,
            verdict: kind.verdict(),
            place,
            claimed,
            against,
            found,
        }
    }

    /// The same with the verdict that a policy gives it.
    pub(crate) const fn with_verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }

    /// Tells it: the sentence, then the bytes.
    ///
    /// ```
    /// use chipcard::issuer::{Language, Reason};
    ///
    /// fn log(reason: &Reason) -> (String, String) {
    ///     (reason.text(Language::English).to_string(), reason.text(Language::Japanese).to_string())
    /// }
    /// ```
    pub const fn text(&self, language: Language) -> Explanation {
        Explanation(*self, language)
    }
}

/// A reason in a language; prints itself.
#[derive(Clone, Copy, Debug)]
pub struct Explanation(Reason, Language);

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(reason, language) = self;
        let (open, colon, apart, close) = match language {
            Language::English => (" (", " ", "; ", ")"),
            Language::Japanese => ("（", "＝", "、", "）"),
        };
        f.write_str(reason.kind.text(*language))?;
        let mut side = |before: &str, place: Place, value: Value| {
            write!(f, "{before}{}", place.in_language(*language))?;
            match value {
                Value::None => Ok(()),
                value => write!(f, "{colon}{}", value.in_language(*language)),
            }
        };
        side(open, reason.place, reason.claimed)?;
        if reason.against != reason.place {
            side(apart, reason.against, reason.found)?;
        }
        f.write_str(close)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text(Language::English).fmt(f)
    }
}

/// Most reasons that an assessment keeps; of more, the mildest are left out.
const MAX_REASONS: usize = 12;

/// Room for reasons. Nearly every message has none, so where there is a heap the room is made with the first: what came of a message
/// is moved about, and would else be five times as large.
#[cfg(feature = "alloc")]
type Room = alloc::boxed::Box<List>;
#[cfg(not(feature = "alloc"))]
type Room = List;

#[derive(Clone, PartialEq, Eq, Default)]
struct List {
    reasons: [Option<Reason>; MAX_REASONS],
    length: u8,
}

/// Reasons, the most severe first; those that are as severe in the order in which they were found.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Reasons(Option<Room>);

impl Reasons {
    /// Puts a reason at its place.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&mut self, reason: Reason) {
        let place = self
            .iter()
            .take_while(|known| known.verdict >= reason.verdict)
            .count();
        let list = self.0.get_or_insert_default();
        let Some(tail) = list.reasons.get_mut(place..) else {
            return;
        };
        if let Some(room) = tail.last_mut() {
            *room = Some(reason);
            tail.rotate_right(1);
            list.length = (list.length + 1).min(MAX_REASONS as u8);
        }
    }

    /// The reasons in order.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        let lists = self.0.iter();
        lists.flat_map(|list| list.reasons.iter().take(usize::from(list.length)).flatten())
    }

    /// The first, which decided.
    #[inline]
    pub fn first(&self) -> Option<&Reason> {
        let [first, ..] = &self.0.as_ref()?.reasons;
        first.as_ref()
    }

    /// Whether there is one of this kind.
    pub fn has(&self, kind: ReasonKind) -> bool {
        self.iter().any(|reason| reason.kind == kind)
    }

    /// The strictest verdict.
    #[inline]
    pub fn verdict(&self) -> Verdict {
        self.first()
            .map_or(Verdict::Approve, |reason| reason.verdict)
    }
}

impl fmt::Debug for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;
    use std::string::ToString;

    use super::{Language, MAX_REASONS, Place, Reason, ReasonKind, Reasons, Value, WORDS};
    use crate::issuer::Verdict;
    use crate::tag;

    #[test]
    fn each_kind_has_its_own_name_and_sentences() {
        let mut ids = BTreeSet::new();
        for kind in ReasonKind::ALL {
            assert!(ids.insert(kind.id()), "{}", kind.id());
            assert_eq!(ReasonKind::from_id(kind.id()), Some(*kind));
            assert!(kind.verdict() > Verdict::Approve);
            assert!(kind.text(Language::English).is_ascii());
            assert!(!kind.text(Language::Japanese).is_ascii());
        }
    }

    /// Whatever word a check uses.
    #[test]
    fn words_are_told_in_japanese() {
        let checks = concat!(env!("CARGO_MANIFEST_DIR"), "/src/issuer/judgement/checks");
        let mut used = 0;
        for file in std::fs::read_dir(checks).unwrap() {
            let code = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for word in code.split("Value::Text(\"").skip(1) {
                let word = word.split('"').next().unwrap();
                assert!(WORDS.iter().any(|(english, _)| *english == word), "{word}");
                used += 1;
            }
        }
        assert!(used > 0);
    }

    #[test]
    fn the_most_severe_come_first_and_the_mildest_are_left_out() {
        let reason = |verdict| {
            let (place, none) = (Place::State, Value::None);
            Reason::new(ReasonKind::Replay, place, none, place, none).with_verdict(verdict)
        };
        let mut reasons = Reasons::default();
        assert_eq!(reasons.verdict(), Verdict::Approve);
        for _ in 0..MAX_REASONS {
            reasons.add(reason(Verdict::ApproveAndFlag));
        }
        reasons.add(reason(Verdict::Decline));
        reasons.add(reason(Verdict::Refer));
        let verdicts: std::vec::Vec<_> = reasons.iter().map(|reason| reason.verdict).collect();
        assert_eq!(verdicts.len(), MAX_REASONS);
        assert_eq!(
            verdicts[..3],
            [Verdict::Decline, Verdict::Refer, Verdict::ApproveAndFlag]
        );
    }

    #[test]
    fn explanations() {
        let reason = Reason::new(
            ReasonKind::PinContradicted,
            Place::Tag(tag::CVM_RESULTS),
            Value::bytes(&[0x01, 0x03, 0x02]),
            Place::CardVerificationResults,
            Value::bytes(&[0x03, 0xA0, 0x00, 0x00]),
        );
        assert_eq!(
            reason.to_string(),
            "the terminal says that the card verified a PIN, and the card says that it did not \
             (tag 9F34 010302; CVR in tag 9F10 03A00000)"
        );
        assert_eq!(
            reason.text(Language::Japanese).to_string(),
            "端末はカードによる暗証番号照合が成功したとしていますが、カードの記録では照合していません\
             （タグ9F34＝010302、タグ9F10内のCVR＝03A00000）"
        );
        let (place, claimed) = (Place::Element(22), Value::Text("consumer device"));
        let kind = ReasonKind::DeviceVerificationContradicted;
        let found = Value::Text("plastic");
        let reason = Reason::new(kind, place, claimed, Place::Record, found);
        let text = reason.text(Language::Japanese).to_string();
        assert!(
            text.ends_with("（DE 22＝利用者のデバイス、カード台帳＝プラスチックカード）"),
            "{text}"
        );
    }
}
