// How `bench feel` measures, in words.

export const METHOD: readonly string[] = [
  'Everything runs under a virtual clock: server, seeded links, clients. One match a network; one player for each frame ' +
    'rate, each behind a link of its own, steering and shooting at random. Screens run 0.1 % fast, so that frames drift through the ticks. The first 5 s after joining are left out.',
  'Networks (round trip): lan 2 ms; cable 30 ± 5; wifi 40 ± 20; 4g 80 ± 30, 250 ms stalls each 5 s; bad 150 ± 60, 450 ms ' +
    'stalls each 2 s. Half of it each way, jitter uniform, in order. What a stall held back, itself or behind another, is ' +
    '"a stall\'s". J, of each way: the 95th percentile of transit times less the least one, stalls apart.',
  'Steady row: moves at 120 units/s, which its rate says. Drawn speed: its way from one frame to the next over the time ' +
    'between them, as a share of 120; 1st and 99th percentile of all frames, starved ones included. Backwards: frames in ' +
    'which it is behind where it was drawn before.',
  'Steering row: a sum of sines each way, up to 240 units/s and 600 units/s², with its exact speed as rates; steps of ' +
    '1/1024. Off by: from where it is drawn to where it truly was at the (fractional) tick drawn; 99th percentile of the ' +
    'frames that are neither starved nor, within 250 ms after it, eased back from where the starved screen had it. Beside it: ' +
    'with the latter, and the largest leap, from one frame to the next, starved or not, beyond its true way between the two ticks drawn.',
  'Starved: the tick drawn is later than any whose frame has arrived.',
  'Delay beyond J: the tick whose frame would arrive now after the least transit, less the tick drawn, less J down; median ' +
    'of all frames, in ticks.',
  'Too late: a command that arrives when its tick has run, stalls apart, as a share of all commands that no stall held ' +
    "back. Slack: the time from a command's arrival to its tick; median of those no stall held back, less J up, in ticks.",
  'Corrections: as the client counts them, for a ship that nothing ever touches. Those of frames whose new snapshots ' +
    "brought a tick that a late command changed are counted apart: one that had run without this player's command, which " +
    'came later, or the two first to run after that one came, in which the server counts what was pressed in it. Those ' +
    'of ticks whose commands were still under way when the play ended, too.',
  'Shots: every 0.4 to 1.6 s a press in one frame at the middle of the steering row as it is on the screen; the rule ' +
    'compares it with match.rewind(player): within 16 units it is a hit. Older than the bound: the picture shot at was more ' +
    'than 400 ms old when its command ran; for bad, the share of hits is of the others. A shot that never ran is no hit.',
  'Back to the usual: 60 s of play, then the event. Counted from its end (the clock change: from it), in steps of 0.1 s: the ' +
    'first 10 s in which a line of the table is within its bound, or no worse than in the worst 10 s before the event. Past: ' +
    'time in frames that trail the server by 1 s more than the median before, though newer state had arrived by the frame before, ' +
    'or that differ from that one. A screen that stands until the present is there plays nothing. A tab at 1 Hz draws one frame a second.',
  'Presses: a ship at rest is turned 100 times, between frames; the first frame after it must draw another heading. Pushes: ' +
    'a rule moves a ship at rest by 40 units, 30 times; the largest way from one frame to the next, over 40.',
]
