//! Where countries are: discs that cover their towns.

/// A country of ISO 3166-1 (three digits), the centre of a disc in degrees north and east, and its radius in kilometres.
///
/// A country has as many discs as it takes to cover its towns with discs of at most some 1,400 km: what lies overseas has its own,
/// also under the code of the country to which it belongs, because terminals there have either. Places of more than 15,000
/// people, of the GeoNames gazetteer (geonames.org, CC BY 4.0), with 150 km to spare for smaller ones.
pub(super) type Disc = (u16, i16, i16, u16);

#[rustfmt::skip]
pub(super) const DISCS: &[Disc] = &[
    (4, 34, 66, 750), // Afghanistan
    (8, 41, 20, 300), // Albania
    (12, 31, 1, 1200), // Algeria
    (16, -14, -171, 200), // American Samoa
    (20, 43, 2, 250), // Andorra
    (24, -11, 16, 950), // Angola
    (28, 17, -62, 200), // Antigua and Barbuda
    (31, 40, 48, 450), // Azerbaijan
    (32, -46, -67, 1150), // Argentina
    (32, -30, -62, 1200),
    (36, -36, 146, 1000), // Australia
    (36, -28, 118, 1050),
    (36, -27, 159, 1100),
    (36, -17, 140, 1300),
    (36, -11, 101, 700),
    (40, 48, 13, 450), // Austria
    (44, 26, -78, 300), // Bahamas
    (48, 26, 51, 250), // Bahrain
    (50, 24, 91, 550), // Bangladesh
    (51, 40, 45, 300), // Armenia
    (52, 13, -60, 200), // Barbados
    (56, 50, 4, 350), // Belgium
    (60, 32, -65, 200), // Bermuda
    (64, 27, 90, 250), // Bhutan
    (68, -17, -67, 900), // Bolivia
    (70, 44, 17, 350), // Bosnia and Herzegovina
    (72, -22, 25, 550), // Botswana
    (76, -25, -48, 1250), // Brazil
    (76, -13, -64, 1350),
    (76, -10, -44, 1300),
    (76, -3, -60, 1350),
    (84, 18, -89, 300), // Belize
    (90, -9, 160, 200), // Solomon Islands
    (92, 18, -65, 250), // British Virgin Islands
    (96, 5, 115, 250), // Brunei
    (100, 43, 25, 400), // Bulgaria
    (104, 18, 98, 1100), // Myanmar
    (108, -3, 30, 300), // Burundi
    (112, 53, 27, 500), // Belarus
    (116, 13, 105, 500), // Cambodia
    (120, 8, 12, 800), // Cameroon
    (124, 46, -67, 1300), // Canada
    (124, 48, -92, 1250),
    (124, 56, -120, 1200),
    (132, 16, -24, 300), // Cabo Verde
    (136, 19, -81, 250), // Cayman Islands
    (140, 5, 20, 750), // Central African Republic
    (144, 8, 80, 400), // Sri Lanka
    (148, 13, 18, 800), // Chad
    (152, -45, -72, 1200), // Chile
    (152, -27, -71, 1150),
    (156, 28, 110, 1450), // China
    (156, 36, 108, 1150),
    (156, 38, 89, 1300),
    (156, 43, 122, 1300),
    (158, 24, 120, 400), // Taiwan
    (162, -10, 106, 250), // Christmas Island
    (166, -12, 97, 200), // Cocos Islands
    (170, 4, -76, 1300), // Colombia
    (174, -12, 44, 250), // Comoros
    (175, -13, 45, 200), // Mayotte
    (178, -1, 15, 750), // Republic of the Congo
    (180, -4, 23, 1350), // Democratic Republic of the Congo
    (184, -21, -160, 200), // Cook Islands
    (188, 10, -84, 350), // Costa Rica
    (191, 44, 17, 450), // Croatia
    (192, 21, -79, 700), // Cuba
    (196, 35, 33, 300), // Cyprus
    (203, 50, 16, 450), // Czechia
    (204, 9, 3, 500), // Benin
    (208, 59, 3, 900), // Denmark
    (208, 64, -52, 200),
    (212, 15, -61, 250), // Dominica
    (214, 19, -70, 350), // Dominican Republic
    (218, -1, -79, 550), // Ecuador
    (222, 14, -89, 350), // El Salvador
    (226, 3, 10, 350), // Equatorial Guinea
    (231, 9, 41, 900), // Ethiopia
    (232, 14, 40, 550), // Eritrea
    (233, 59, 26, 300), // Estonia
    (234, 62, -7, 200), // Faroe Islands
    (238, -52, -58, 200), // Falkland Islands
    (239, -54, -36, 200), // South Georgia and the South Sandwich Islands
    (242, -17, 178, 350), // Fiji
    (246, 63, 23, 600), // Finland
    (248, 60, 20, 200), // Aland Islands
    (250, -18, -150, 250), // France
    (250, -18, 175, 1250),
    (250, -17, 50, 950),
    (250, 11, -58, 1150),
    (250, 45, 3, 850),
    (250, 47, -56, 200),
    (254, 5, -53, 300), // French Guiana
    (258, -18, -150, 250), // French Polynesia
    (260, -49, 70, 200), // French Southern Territories
    (262, 12, 43, 300), // Djibouti
    (266, 0, 11, 500), // Gabon
    (268, 43, 43, 400), // Georgia
    (270, 13, -15, 350), // Gambia
    (275, 32, 35, 300), // Palestinian Territory
    (276, 51, 10, 600), // Germany
    (288, 8, -1, 550), // Ghana
    (292, 36, -5, 200), // Gibraltar
    (296, 1, 173, 200), // Kiribati
    (300, 38, 24, 600), // Greece
    (304, 64, -52, 200), // Greenland
    (308, 12, -62, 200), // Grenada
    (312, 16, -61, 250), // Guadeloupe
    (316, 13, 145, 250), // Guam
    (320, 15, -90, 400), // Guatemala
    (324, 10, -11, 600), // Guinea
    (328, 6, -58, 250), // Guyana
    (332, 19, -73, 300), // Haiti
    (336, 42, 13, 200), // Vatican
    (340, 15, -87, 400), // Honduras
    (344, 22, 114, 250), // Hong Kong
    (348, 48, 19, 400), // Hungary
    (352, 65, -20, 350), // Iceland
    (356, 17, 76, 1200), // India
    (356, 20, 94, 1150),
    (356, 28, 79, 1150),
    (360, -5, 116, 1250), // Indonesia
    (360, -3, 132, 1300),
    (360, 0, 101, 1200),
    (364, 33, 54, 1300), // Iran
    (368, 33, 45, 700), // Iraq
    (372, 53, -8, 400), // Ireland
    (376, 31, 35, 450), // Israel
    (380, 41, 12, 800), // Italy
    (384, 7, -6, 600), // Ivory Coast
    (388, 18, -77, 300), // Jamaica
    (392, 30, 128, 900), // Japan
    (392, 39, 139, 900),
    (398, 48, 58, 900), // Kazakhstan
    (398, 48, 73, 1050),
    (400, 31, 37, 500), // Jordan
    (404, 0, 39, 800), // Kenya
    (408, 40, 128, 550), // North Korea
    (410, 36, 128, 500), // South Korea
    (414, 29, 48, 200), // Kuwait
    (417, 41, 74, 600), // Kyrgyzstan
    (418, 18, 103, 650), // Laos
    (422, 34, 36, 300), // Lebanon
    (426, -30, 28, 300), // Lesotho
    (428, 57, 24, 400), // Latvia
    (430, 6, -9, 450), // Liberia
    (434, 28, 18, 1000), // Libya
    (438, 47, 10, 200), // Liechtenstein
    (440, 56, 24, 350), // Lithuania
    (442, 50, 6, 250), // Luxembourg
    (446, 22, 114, 250), // Macao
    (450, -19, 47, 950), // Madagascar
    (454, -13, 34, 650), // Malawi
    (458, 5, 109, 1250), // Malaysia
    (462, 4, 74, 250), // Maldives
    (466, 15, -4, 950), // Mali
    (470, 36, 14, 200), // Malta
    (474, 15, -61, 200), // Martinique
    (478, 18, -11, 900), // Mauritania
    (480, -20, 58, 250), // Mauritius
    (484, 20, -96, 1150), // Mexico
    (484, 28, -109, 1100),
    (492, 44, 7, 200), // Monaco
    (496, 49, 102, 1100), // Mongolia
    (498, 47, 28, 300), // Moldova
    (499, 43, 19, 300), // Montenegro
    (500, 17, -62, 200), // Montserrat
    (504, 31, -7, 850), // Morocco
    (508, -19, 36, 1150), // Mozambique
    (512, 22, 55, 750), // Oman
    (516, -22, 20, 900), // Namibia
    (520, -1, 167, 200), // Nauru
    (524, 28, 84, 600), // Nepal
    (528, 15, -67, 700), // The Netherlands
    (528, 52, 5, 350),
    (531, 12, -69, 200), // Curacao
    (533, 13, -70, 250), // Aruba
    (534, 18, -63, 150), // Sint Maarten
    (535, 12, -68, 200), // Bonaire, Saint Eustatius and Saba
    (540, -22, 166, 250), // New Caledonia
    (548, -18, 168, 200), // Vanuatu
    (554, -41, 172, 850), // New Zealand
    (558, 13, -85, 400), // Nicaragua
    (562, 14, 7, 850), // Niger
    (566, 9, 9, 900), // Nigeria
    (570, -19, -170, 200), // Niue
    (574, -29, 168, 200), // Norfolk Island
    (578, 68, 10, 1300), // Norway
    (580, 15, 146, 200), // Northern Mariana Islands
    (583, 7, 158, 200), // Micronesia
    (584, 7, 171, 200), // Marshall Islands
    (585, 7, 135, 250), // Palau
    (586, 31, 68, 1100), // Pakistan
    (591, 9, -81, 350), // Panama
    (598, -7, 149, 900), // Papua New Guinea
    (600, -25, -58, 550), // Paraguay
    (604, -11, -75, 1200), // Peru
    (608, 12, 121, 1000), // Philippines
    (612, -25, -130, 200), // Pitcairn
    (616, 52, 19, 550), // Poland
    (620, 40, -17, 1050), // Portugal
    (624, 12, -15, 250), // Guinea-Bissau
    (626, -9, 126, 300), // Timor Leste
    (630, 18, -66, 300), // Puerto Rico
    (634, 25, 51, 250), // Qatar
    (638, -21, 55, 250), // Reunion
    (642, 46, 25, 550), // Romania
    (643, 50, 129, 1300), // Russia
    (643, 51, 46, 1200),
    (643, 59, 95, 1400),
    (643, 61, 31, 1150),
    (643, 62, 71, 1350),
    (643, 63, 153, 1400),
    (646, -2, 30, 300), // Rwanda
    (652, 18, -63, 200), // Saint Barthelemy
    (654, -16, -6, 200), // Saint Helena
    (659, 17, -63, 200), // Saint Kitts and Nevis
    (660, 18, -63, 200), // Anguilla
    (662, 14, -61, 200), // Saint Lucia
    (663, 18, -63, 200), // Saint Martin
    (666, 47, -56, 200), // Saint Pierre and Miquelon
    (670, 13, -61, 200), // Saint Vincent and the Grenadines
    (674, 44, 12, 200), // San Marino
    (678, 0, 7, 200), // Sao Tome and Principe
    (682, 24, 42, 1100), // Saudi Arabia
    (686, 14, -15, 500), // Senegal
    (688, 44, 21, 450), // Serbia
    (690, -5, 56, 250), // Seychelles
    (694, 9, -12, 350), // Sierra Leone
    (702, 1, 104, 250), // Singapore
    (703, 49, 20, 400), // Slovakia
    (704, 16, 106, 1000), // Vietnam
    (705, 46, 15, 300), // Slovenia
    (706, 5, 46, 1100), // Somalia
    (710, -28, 25, 1100), // South Africa
    (716, -19, 29, 600), // Zimbabwe
    (724, 36, -8, 1400), // Spain
    (728, 7, 28, 800), // South Sudan
    (729, 16, 30, 1050), // Sudan
    (732, 25, -15, 450), // Western Sahara
    (740, 6, -55, 200), // Suriname
    (744, 78, 16, 200), // Svalbard and Jan Mayen
    (748, -26, 31, 250), // Eswatini
    (752, 62, 16, 950), // Sweden
    (756, 47, 8, 350), // Switzerland
    (760, 35, 39, 550), // Syria
    (762, 38, 70, 450), // Tajikistan
    (764, 13, 101, 1000), // Thailand
    (768, 9, 1, 500), // Togo
    (776, -21, -175, 200), // Tonga
    (780, 11, -61, 300), // Trinidad and Tobago
    (784, 25, 54, 400), // United Arab Emirates
    (788, 35, 10, 450), // Tunisia
    (792, 39, 36, 1050), // Turkey
    (795, 39, 60, 800), // Turkmenistan
    (796, 22, -72, 300), // Turks and Caicos Islands
    (798, -8, 179, 250), // Tuvalu
    (800, 1, 32, 550), // Uganda
    (804, 49, 31, 850), // Ukraine
    (807, 42, 22, 300), // North Macedonia
    (818, 27, 31, 950), // Egypt
    (826, 54, -4, 700), // United Kingdom
    (831, 50, -2, 250), // Guernsey
    (832, 49, -2, 200), // Jersey
    (833, 54, -4, 200), // Isle of Man
    (834, -6, 36, 900), // Tanzania
    (840, -14, -171, 200), // United States
    (840, 14, 145, 350),
    (840, 21, -157, 400),
    (840, 23, -73, 1300),
    (840, 32, -104, 1450),
    (840, 39, -82, 1500),
    (840, 42, -110, 1450),
    (840, 62, -141, 700),
    (850, 18, -65, 200), // U.S. Virgin Islands
    (854, 11, -2, 600), // Burkina Faso
    (858, -33, -56, 450), // Uruguay
    (860, 42, 66, 800), // Uzbekistan
    (862, 7, -67, 900), // Venezuela
    (876, -13, -176, 200), // Wallis and Futuna
    (882, -14, -172, 200), // Samoa
    (887, 15, 46, 550), // Yemen
    (894, -13, 28, 850), // Zambia
];
