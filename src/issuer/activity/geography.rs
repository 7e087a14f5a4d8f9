//! How far apart two countries are at least.

use super::discs::{DISCS, Disc};

/// Mean radius of the Earth in kilometres.
const EARTH: f64 = 6_371.0;

/// Fewest kilometres, on the surface of the Earth, from a town of one country to a town of another; 0 for neighbours, and
/// `None` where a country is not known.
pub(super) fn apart(one: u16, other: u16) -> Option<u16> {
    let between = |a: &Disc, b: &Disc| {
        let centres = distance((a.1, a.2), (b.1, b.2));
        (centres - f64::from(a.3) - f64::from(b.3)).max(0.0)
    };
    let others = discs(other);
    discs(one)
        .iter()
        .flat_map(|a| others.iter().map(move |b| between(a, b)))
        .reduce(f64::min)
        // At most half of the Earth's girth.
        .map(|kilometres| kilometres as u16)
}

/// Whether a number is a country's.
pub(crate) fn is_country(number: u16) -> bool {
    !discs(number).is_empty()
}

fn discs(country: u16) -> &'static [Disc] {
    let start = DISCS.partition_point(|disc| disc.0 < country);
    let rest = DISCS.get(start..).unwrap_or_default();
    let end = rest.partition_point(|disc| disc.0 == country);
    rest.get(..end).unwrap_or_default()
}

/// Kilometres between two places in degrees north and east, along a great circle (haversine formula).
fn distance(one: (i16, i16), other: (i16, i16)) -> f64 {
    let mut east = f64::from(other.1 - one.1);
    if east > 180.0 {
        east -= 360.0;
    } else if east < -180.0 {
        east += 360.0;
    }
    let square = |degrees: f64| {
        let sine = libm::sin(degrees.to_radians() / 2.0);
        sine * sine
    };
    let cosine = |degrees: i16| libm::cos(f64::from(degrees).to_radians());
    let haversine =
        square(f64::from(other.0 - one.0)) + cosine(one.0) * cosine(other.0) * square(east);
    2.0 * EARTH * libm::asin(libm::sqrt(haversine.min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::{DISCS, apart, distance, is_country};

    #[test]
    fn countries_stand_in_order() {
        assert!(DISCS.is_sorted_by_key(|disc| disc.0));
        assert!(is_country(392) && !is_country(978) && !is_country(0));
    }

    /// Python says so, by the spherical law of cosines.
    #[test]
    fn great_circles() {
        // Tokyo and London, London and New York, Quito and Singapore, over the date line, pole to pole, nowhere.
        for (one, other, kilometres) in [
            ((36, 140), (51, 0), 9_581.8),
            ((51, 0), (41, -74), 5_576.5),
            ((0, -78), (1, 104), 19_766.5),
            ((0, 179), (0, -179), 222.4),
            ((90, 0), (-90, 0), 20_015.1),
            ((12, 34), (12, 34), 0.0),
        ] {
            let found = distance(one, other);
            assert!(
                (found - kilometres).abs() < 0.1,
                "{one:?} {other:?}: {found}"
            );
        }
    }

    #[test]
    fn neighbours_are_no_distance_apart() {
        // Germany and Poland, the United States and Mexico, France and Great Britain, Malaysia and Singapore, Spain and
        // Morocco, Réunion under France's code and Mauritius, a country and itself.
        for (one, other) in [
            (276, 616),
            (840, 484),
            (250, 826),
            (458, 702),
            (724, 504),
            (250, 480),
            (392, 392),
        ] {
            assert_eq!(apart(one, other), Some(0), "{one} {other}");
            assert_eq!(apart(other, one), Some(0), "{other} {one}");
        }
        assert_eq!(apart(392, 999), None);
    }

    /// Never more than from the nearest large towns of each, and still far.
    #[test]
    fn others_are() {
        // Japan and Great Britain: Sapporo to Aberdeen is some 8,400 km. The United States and Great Britain: Boston to
        // Belfast 4,600. Australia and Japan: Darwin to Naha 4,300. Brazil and South Africa: João Pessoa to Cape Town 6,100.
        for (one, other, most) in [
            (392, 826, 8_400),
            (840, 826, 4_600),
            (36, 392, 4_300),
            (76, 710, 6_100),
        ] {
            let found = apart(one, other).unwrap();
            assert!(found < most && found > most / 3, "{one} {other}: {found}");
        }
    }
}
