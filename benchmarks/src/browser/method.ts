// How `bench browser` measures, in words.

export const METHOD: { readonly flight: readonly string[]; readonly rows: readonly string[] } = {
  flight: [
    'Flight: the demo as it is (60 Hz ticks, drawn on a 2D canvas) in two pages of 320 x 240 in headless Chromium. Each ' +
      'connection goes through a TCP proxy with the latency, jitter and stalls of the network each way. Server and proxy are ' +
      'processes of their own. Page A is flown by real keys: straight from wall to wall, brake, six taps, turn. B watches. The first 6 s are left out.',
    'Drawn speed: the way of A as B draws it from one frame to the next along its course, over the time between them as ' +
      'requestAnimationFrame tells it, as a share of the velocity that the row itself shows; frames in which it thrusts, does ' +
      'not turn, is faster than 250 units/s and away from walls. Backwards: of these. Starved: the tick drawn is later than ' +
      'any that has arrived.',
    'J: the 95th percentile of what arrivals took beyond the soonest, from the beginning of their tick at the server until the page ' +
      'had them, those apart that a stall of the network held up: they come together after a gap of more than 0.6 of one. ' +
      'Delay beyond J: the server’s tick that would arrive now after that soonest time, less the tick drawn, less J. ' +
      'Corrections: all that the page counts, those after a stall included.',
    'Late ticks of the server: those that began more than half a tick after they were due. Lost: what it could not catch up ' +
      'and left out. To its clients that is a path that becomes longer and longer: they starve, and delay more, as on no network. ' +
      'So flights are worth something where next to nothing was lost.',
    'Presses: a key that turns a ship which does not turn; from the event in the page to the end of frame() whose row turns.',
    'Everything shares this machine, the software renderer included. Where the server’s ticks were late, or frames ' +
      'a second are few, the figures are the machine’s.',
  ],
  rows: [
    'Rows: a whole client in a page of Chromium (its clock has steps of 5 µs) gets the arena’s frames as the server makes them, with ' +
      'a learned prior, 60 a second of its own clock: decode is from bytes to history, hash included; frame() is clocks, ' +
      'prediction of nothing, interpolation and view; read all reads six fields of every row of the view. After 600 frames of ' +
      'warming up, 300 with one in each of the screen’s frames, then 300 in one go.',
    'Hottest: V8’s CPU profiler at 10 kHz over the last 700 of them again, by time of its own. Heap: its sampling profiler, a ' +
      'sample each 256 bytes, what was collected meanwhile included. A profiler that starts throws compiled code ' +
      'away: all frames are replayed once after it started. Heap figures are what the last 700 of a second replay add to the rest.',
  ],
}
