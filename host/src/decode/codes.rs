//! Letters for the numbers of common currencies and countries.

/// ISO 4217.
const CURRENCIES: &[(u16, &str)] = &[
    (36, "AUD"),
    (124, "CAD"),
    (156, "CNY"),
    (203, "CZK"),
    (208, "DKK"),
    (344, "HKD"),
    (348, "HUF"),
    (356, "INR"),
    (360, "IDR"),
    (376, "ILS"),
    (392, "JPY"),
    (410, "KRW"),
    (458, "MYR"),
    (484, "MXN"),
    (554, "NZD"),
    (578, "NOK"),
    (608, "PHP"),
    (643, "RUB"),
    (682, "SAR"),
    (702, "SGD"),
    (704, "VND"),
    (710, "ZAR"),
    (752, "SEK"),
    (756, "CHF"),
    (764, "THB"),
    (784, "AED"),
    (818, "EGP"),
    (826, "GBP"),
    (840, "USD"),
    (946, "RON"),
    (949, "TRY"),
    (978, "EUR"),
    (980, "UAH"),
    (985, "PLN"),
    (986, "BRL"),
];

/// ISO 3166-1.
const COUNTRIES: &[(u16, &str)] = &[
    (36, "AU"),
    (40, "AT"),
    (56, "BE"),
    (76, "BR"),
    (124, "CA"),
    (156, "CN"),
    (203, "CZ"),
    (208, "DK"),
    (246, "FI"),
    (250, "FR"),
    (276, "DE"),
    (300, "GR"),
    (344, "HK"),
    (348, "HU"),
    (356, "IN"),
    (360, "ID"),
    (372, "IE"),
    (376, "IL"),
    (380, "IT"),
    (392, "JP"),
    (410, "KR"),
    (442, "LU"),
    (458, "MY"),
    (484, "MX"),
    (528, "NL"),
    (554, "NZ"),
    (578, "NO"),
    (608, "PH"),
    (616, "PL"),
    (620, "PT"),
    (642, "RO"),
    (643, "RU"),
    (682, "SA"),
    (702, "SG"),
    (704, "VN"),
    (710, "ZA"),
    (724, "ES"),
    (752, "SE"),
    (756, "CH"),
    (764, "TH"),
    (784, "AE"),
    (792, "TR"),
    (804, "UA"),
    (818, "EG"),
    (826, "GB"),
    (840, "US"),
];

fn find(table: &[(u16, &'static str)], number: u16) -> Option<&'static str> {
    table
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, letters)| *letters)
}

/// Three letters of a currency.
pub(super) fn currency(number: u16) -> Option<&'static str> {
    find(CURRENCIES, number)
}

/// Two letters of a country.
pub(super) fn country(number: u16) -> Option<&'static str> {
    find(COUNTRIES, number)
}
