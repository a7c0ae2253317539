//! The camera in Rust, without Dart, with good input and bad.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use ffi_core::{FfiPooled, PoolBox, Stream};
use video_streaming::{
    Camera, Codec, DropPolicy, Faults, Frame, Options, Packet, Stats, VideoError, checksum,
};

const OPTIONS: Options = Options {
    width: 320,
    height: 180,
    frames_per_second: 60,
    live: false,
    drop_policy: DropPolicy::Wait,
    frames: 60,
    faults: Faults { late_at: 0, jump_at: 0, jump_microseconds: 0, fail_at: 0 },
};

/// Serialises the tests: they count slots of pools that the process shares.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

type Items<T> = Pin<Box<dyn Stream<Item = Result<PoolBox<T>, VideoError>>>>;

fn frames(camera: &Camera) -> Items<Frame> {
    Box::pin(camera.frames())
}

/// Waits for the next item of a stream.
fn next<T: FfiPooled>(items: &mut Items<T>) -> Option<Result<PoolBox<T>, VideoError>> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(item) = items.as_mut().poll_next(&mut context) {
            return item;
        }
        thread::park();
    }
}

/// Returns the numbers of all frames, up to the end or an error.
fn numbers(items: &mut Items<Frame>) -> (Vec<u64>, Option<VideoError>) {
    let mut numbers = Vec::new();
    loop {
        match next(items) {
            Some(Ok(frame)) => numbers.push(frame.number),
            Some(Err(error)) => return (numbers, Some(error)),
            None => return (numbers, None),
        }
    }
}

/// Waits until `done` holds of the counts, and returns them.
fn stats_when(camera: &Camera, done: impl Fn(&Stats) -> bool) -> Stats {
    loop {
        let stats = camera.stats();
        if done(&stats) {
            return stats;
        }
        thread::yield_now();
    }
}

/// Returns the counts once no thread runs, which add up, and checks that no slot is lost.
fn ended(camera: &Camera) -> Stats {
    let stats = stats_when(camera, |stats| stats.running == 0);
    let Stats { captured, delivered, dropped, late, failed, abandoned, .. } = stats;
    assert_eq!(captured, delivered + dropped + late + failed + abandoned, "{stats:?}");
    assert_eq!((stats.frames, stats.packets), (0, 0), "{stats:?}");
    stats
}

#[test]
fn frames_arrive_in_order_with_their_checksums() {
    let _alone = alone();
    let camera = Camera::open(&OPTIONS).unwrap();
    let mut items = frames(&camera);
    let mut checksums = Vec::new();
    for number in 1..=60 {
        let frame = next(&mut items).unwrap().unwrap();
        assert_eq!((frame.number, frame.width, frame.height), (number, 320, 180));
        assert_eq!(frame.timestamp, (number * 1_000_000 / 60) as i64 - 16_666);
        assert_eq!(frame.checksum, checksum(frame.bytes()));
        assert_eq!(frame.bytes().len(), 320 * 180 * 3 / 2);
        checksums.push(frame.checksum);
        camera.shown(frame.timestamp, frame.captured);
    }
    assert!(next(&mut items).is_none());
    drop(items);
    checksums.sort_unstable();
    checksums.dedup();
    assert_eq!(checksums.len(), 60, "no frame is another one");
    let stats = ended(&camera);
    assert_eq!((stats.captured, stats.delivered, stats.clock_jumps), (60, 60, 0));
    assert!(stats.latency.most > 0 && stats.jitter.most > 0, "{stats:?}");
}

#[test]
fn a_consumer_that_stops_loses_what_the_policy_says() {
    let _alone = alone();
    for (drop_policy, first, last) in [(DropPolicy::Oldest, false, true), (DropPolicy::Newest, true, false)] {
        let camera = Camera::open(&Options { drop_policy, ..OPTIONS }).unwrap();
        let mut items = frames(&camera);
        // The camera has ended before anybody takes a frame.
        let stats = stats_when(&camera, |stats| stats.running == 0);
        assert_eq!((stats.captured, stats.delivered, stats.no_slot), (60, 0, 0));
        // A queue's worth, and not the pool's.
        assert_eq!((stats.frames, stats.dropped), (4, 56), "{drop_policy:?}");
        let (numbers, error) = numbers(&mut items);
        assert_eq!((numbers.len(), error), (4, None));
        assert!(numbers.is_sorted());
        assert_eq!((numbers.contains(&1), numbers.contains(&60)), (first, last), "{numbers:?}");
        drop(items);
        ended(&camera);
    }
}

#[test]
fn an_empty_pool_costs_frames_and_nothing_else() {
    let _alone = alone();
    let all = Frame::pool().try_alloc_many(120).unwrap();
    let camera = Camera::open(&Options { frames: 5, ..OPTIONS }).unwrap();
    let mut items = frames(&camera);
    assert_eq!(numbers(&mut items), (Vec::new(), None));
    drop((all, items));
    let stats = ended(&camera);
    assert_eq!((stats.captured, stats.no_slot), (0, 5));
    // With the slots back, the same camera works.
    assert_eq!(numbers(&mut frames(&camera)).0, [1, 2, 3, 4, 5]);
    assert_eq!(ended(&camera).delivered, 5);
}

#[test]
fn frames_out_of_order_go_no_further() {
    let _alone = alone();
    let faults = Faults { late_at: 3, ..Faults::default() };
    let camera = Camera::open(&Options { frames: 6, faults, ..OPTIONS }).unwrap();
    assert_eq!(numbers(&mut frames(&camera)), (vec![1, 2, 4, 5, 6], None));
    assert_eq!(ended(&camera).late, 1);
    // As the last frame it is not late.
    let faults = Faults { late_at: 6, ..Faults::default() };
    let camera = Camera::open(&Options { frames: 6, faults, ..OPTIONS }).unwrap();
    assert_eq!(numbers(&mut frames(&camera)).0.len(), 6);
    assert_eq!(ended(&camera).late, 0);
}

#[test]
fn a_clock_that_jumps_moves_no_timestamp() {
    let _alone = alone();
    for jump_microseconds in [-10_000_000, 3_600_000_000, i64::MIN, i64::MAX] {
        let faults = Faults { jump_at: 5, jump_microseconds, ..Faults::default() };
        let camera = Camera::open(&Options { frames: 9, faults, ..OPTIONS }).unwrap();
        let mut items = frames(&camera);
        let mut last = -1;
        while let Some(frame) = next(&mut items) {
            let timestamp = frame.unwrap().timestamp;
            assert!(timestamp > last && timestamp < last + 20_000, "{timestamp} after {last}");
            last = timestamp;
        }
        drop(items);
        assert_eq!(ended(&camera).clock_jumps, 1);
    }
}

#[test]
fn a_coder_that_fails_ends_its_stream_with_the_reason() {
    let _alone = alone();
    let faults = Faults { fail_at: 7, ..Faults::default() };
    let camera = Camera::open(&Options { frames: 0, faults, ..OPTIONS }).unwrap();
    let mut items = frames(&camera);
    let message = "a simulated fault".to_owned();
    let error = VideoError::CoderFailed { number: 7, message };
    assert_eq!(numbers(&mut items), (vec![1, 2, 3, 4, 5, 6], Some(error)));
    assert!(next(&mut items).is_none());
    drop(items);
    let stats = ended(&camera);
    assert_eq!((stats.delivered, stats.failed), (6, 1));
}

#[test]
fn frames_in_hand_outlive_their_stream() {
    let _alone = alone();
    let camera = Camera::open(&Options { frames: 0, ..OPTIONS }).unwrap();
    let mut items = frames(&camera);
    let held: Vec<_> = (0..3).map(|_| next(&mut items).unwrap().unwrap()).collect();
    drop(items);
    assert_eq!(stats_when(&camera, |stats| stats.running == 0).frames, 3);
    assert!(held.iter().all(|frame| frame.checksum == checksum(frame.bytes())));
    drop(held);
    let stats = ended(&camera);
    assert_eq!(stats.delivered, 3);
    // Once more, and nobody takes a frame at all.
    drop(frames(&camera));
    ended(&camera);
}

#[test]
fn live_frames_come_by_the_clock() {
    let _alone = alone();
    let options = Options { frames: 5, frames_per_second: 1_000, live: true, ..OPTIONS };
    let camera = Camera::open(&options).unwrap();
    let mut items = frames(&camera);
    let mut earliest = 0;
    while let Some(frame) = next(&mut items) {
        let frame = frame.unwrap();
        earliest += 1_000;
        assert!(frame.captured >= earliest, "{} before {earliest}", frame.captured);
    }
    drop(items);
    ended(&camera);
}

#[test]
fn what_no_camera_makes_is_refused() {
    for (width, height) in [(0, 0), (12, 16), (16, 18), (3840, 2164), (u32::MAX - 3, u32::MAX - 3)] {
        let error = Camera::open(&Options { width, height, ..OPTIONS }).unwrap_err();
        assert_eq!(error, VideoError::WrongSize { width, height });
        assert!(error.to_string().contains("hint: "));
    }
    for frames_per_second in [0, 1_001] {
        let error = Camera::open(&Options { frames_per_second, ..OPTIONS }).unwrap_err();
        assert_eq!(error, VideoError::WrongRate { frames_per_second });
    }
    assert!(Camera::open(&Options { width: 3840, height: 2160, ..OPTIONS }).is_ok());
}

#[test]
fn a_codec_without_a_coder_says_so() {
    let _alone = alone();
    let camera = Camera::open(&OPTIONS).unwrap();
    let has_coder = |codec| match codec {
        Codec::Av1 => cfg!(feature = "av1"),
        Codec::H264 => cfg!(feature = "h264"),
        _ => false,
    };
    for codec in [Codec::H264, Codec::H265, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        if !has_coder(codec) {
            let mut items: Items<Packet> = Box::pin(camera.packets(codec));
            let error = next(&mut items).unwrap().err().unwrap();
            assert!(
                matches!(&error, VideoError::CodecUnavailable { codec: it, .. } if *it == codec),
                "{error}"
            );
            assert!(next(&mut items).is_none());
        }
    }
    ended(&camera);
}

/// Takes all packets of a short video: each frame has one, in order, and the first is a key frame.
#[cfg(any(feature = "av1", feature = "h264"))]
fn packets(codec: Codec, mut each: impl FnMut(&Packet)) {
    let _alone = alone();
    let camera = Camera::open(&Options { frames: 10, ..OPTIONS }).unwrap();
    let mut items: Items<Packet> = Box::pin(camera.packets(codec));
    for number in 1..=10 {
        let packet = next(&mut items).unwrap().unwrap();
        assert_eq!((packet.number, packet.codec), (number, codec));
        assert_eq!(packet.key, number == 1);
        assert!((1..320 * 180 / 2).contains(&packet.bytes.len()), "{} bytes", packet.bytes.len());
        each(&packet);
    }
    assert!(next(&mut items).is_none());
    drop(items);
    assert_eq!(ended(&camera).delivered, 10);
}

#[cfg(feature = "av1")]
#[test]
fn av1_has_a_packet_for_each_frame() {
    // A temporal delimiter begins each (AV1 specification, 5.6).
    packets(Codec::Av1, |packet| assert_eq!(packet.bytes[..2], [0x12, 0x00]));
}

#[cfg(feature = "h264")]
#[test]
fn h264_decodes_to_what_the_camera_has_made() {
    use openh264::decoder::Decoder;
    use openh264::formats::YUVSource as _;

    let camera = {
        let _alone = alone();
        let camera = Camera::open(&Options { frames: 10, ..OPTIONS }).unwrap();
        let mut items = frames(&camera);
        let originals: Vec<_> =
            (0..10).map(|_| next(&mut items).unwrap().unwrap().bytes().to_vec()).collect();
        originals
    };
    let mut decoder = Decoder::new().unwrap();
    let mut originals = camera.iter();
    packets(Codec::H264, |packet| {
        let original = originals.next().unwrap();
        let picture = decoder.decode(&packet.bytes).unwrap().expect("each packet is a picture");
        assert_eq!(picture.dimensions(), (320, 180));
        let (stride, _, _) = picture.strides();
        let rows = picture.y().chunks(stride).zip(original.chunks(320)).take(180);
        let differences = rows.flat_map(|(a, b)| a.iter().zip(b)).map(|(a, b)| u64::from(a.abs_diff(*b)));
        let sum: u64 = differences.sum();
        assert!(sum < 5 * 320 * 180, "{} on average", sum as f64 / (320.0 * 180.0));
    });
}
