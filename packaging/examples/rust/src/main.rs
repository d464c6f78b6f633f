//! Piles up as many stones as its argument says.

fn main() {
    let count = std::env::args().nth(1).map_or(3, |text| text.parse().expect("a number of stones"));
    print!("{}", pebble::pile(count));
}
