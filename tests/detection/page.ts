import { CATALOGUE } from '../../proto/catalogue/catalogue.ts'
import { AIMS, AMBIGUOUS, hardOnly, LIVE, QUICK, type Scores, shortfalls } from './aims.ts'
import type { Scored } from './scored.ts'
import { percentile, type Tally, tally, tallyByKind, tallyByTrap } from './tally.ts'

/** docs/detection-score.md, made from what was measured. */

export const PAGE = new URL('../../docs/detection-score.md', import.meta.url)

export interface Measured {
  scores: Scores
  /** The same under other seeds. */
  otherSeeds: { seedShift: number; scores: Scores }[]
  /** Names of scenarios whose cases were the same on ptys, and real time there and in memory. */
  onPtys: { same: string[]; ptyMs: number; memoryMs: number }
  live: Scored
  abouts: ReadonlyMap<string, string>
}

export function detectionPage(measured: Measured): string {
  const { scores, otherSeeds, abouts } = measured
  const hard = hardOnly(scores)
  const all = tally(hard.values())
  const trapCount = [...scores.values()].reduce((sum, { traps }) => sum + traps.length, 0)
  const failures = shortfalls(scores)
  return `# Detection score

How well gateways find faults, and how often they cry wolf: ${scores.size} scenarios (\`device-sim/scenarios/\`) with
${all.injected + tally(ambiguous(scores).values()).injected} injected faults and ${trapCount} traps, played through the unmodified gateway with its drivers, detectors and outbox.
The simulator shares no code with the gateway. This page is made by

\`\`\`sh
node_modules/.bin/node tests/detection/rebuild-detection-score.ts
\`\`\`

in about ${minutes(measured)} minutes. \`npm test\` plays ${QUICK.length} of the scenarios, with every kind of fault among them, and fails where an aim
is missed.

| aim | asked | measured |
|---|---|---|
| recall | ${percent(AIMS.recall)} | ${percent(all.recall)}: ${all.found} of ${all.injected} |
| precision | ≥ ${percent(AIMS.precision)} | ${percent(all.precision)}: ${all.false} false, ${all.doubled} doubled |
| due to report, serial lines | ≤ ${seconds(AIMS.latencyMs)} s | p50 ${seconds(percentile(all.latenciesMs, 0.5))} s, p95 ${seconds(percentile(all.latenciesMs, 0.95))} s, at most ${seconds(all.latenciesMs.at(-1))} s |
| clearings that are early, missing or without proof | 0 | ${all.wronglyCleared} |
| reports whose evidence lacks something | 0 | ${sum(hard, ({ incomplete }) => incomplete.length)} of ${sum(hard, ({ reports }) => reports)} |

${failures.length === 0 ? 'All aims are reached.' : `Not reached:\n\n${failures.map((line) => `- ${line}`).join('\n')}`}
${otherSeeds.map(otherSeed).join('\n')}

## By kind of fault

A case is *due* a hold after the begin of its fault, or what else its rule needs: see below. Latency is what passed
from then to the report, in seconds; less than 0 is before it was due. Radio: nodes that sleep for up to minutes and
say again later what got lost.

${table(
  [
    'kind',
    'injected',
    'found',
    'missed',
    'false',
    'doubled',
    'precision',
    'recall',
    'serial p50',
    'p95',
    'max',
    'radio p50',
    'max',
  ],
  [
    ...tallyByKind(hard.values()).map(([kind, one]) =>
      kindRow(`\`${kind}\` ${CATALOGUE.faultKind(kind).zh}`, one),
    ),
    kindRow('all', all),
  ],
)}

${all.standing} of the faults found had no case of their own: they came back while the last case of a flapping fault still stood.

## By trap

What happened that looks like a fault and is none. Fooled: a case was raised by it.

${table(
  ['trap', 'times', 'fooled', 'not to be taken for'],
  [...tallyByTrap(hard.values())].map(([what, { count, fooled, kinds }]) => [
    `\`${what}\``,
    String(count),
    String(fooled),
    [...kinds]
      .toSorted()
      .map((kind) => `\`${kind}\``)
      .join(', '),
  ]),
)}

## By scenario

${table(
  ['scenario', 'what', 'length', 'faults', 'missed', 'traps', 'false', 'doubled'],
  [...scores].map(([name, scored]) => {
    const one = tally([scored])
    return [
      `\`${name}\`${QUICK.includes(name) ? ' ✓' : ''}`,
      abouts.get(name)!,
      length(scored.virtualMs),
      ...[one.injected, one.missed, scored.traps.length, one.false, one.doubled].map(String),
    ]
  }),
)}

✓ is played by \`npm test\`.

### Ambiguous

Published above by scenario, and in none of the sums:

${Object.entries(AMBIGUOUS)
  .map(([name, why]) => `- \`${name}\`: ${why}.`)
  .join('\n')}

All other faults are hard: every one must be found.

## In real time

\`${LIVE}\` at the speed of the clock, on ptys of the kernel, through the real serialport and a mosquitto; from when a case
was due to its arrival at a subscriber of the broker, in seconds.

${table(['line', 'cases', 'p50', 'p95', 'max'], liveRows(tally([measured.live])))}

${liveSum(tally([measured.live]))}

## How it is played and judged

Everything runs in virtual time: timers and clocks of one process are replaced, promises and input stay real, and time
goes on to the next timer only when every byte that was written on a line has been read at its other end. Hours take
seconds, and each run is the same. The lines are streams in memory with the same bytes at the same moments as on
ptys: ${measured.onPtys.same.map((name) => `\`${name}\``).join(', ')} were played on both, with the same score to the millisecond of each latency; ptys
took ${(measured.onPtys.ptyMs / measured.onPtys.memoryMs).toFixed(1)} times as long, which is why not all of it runs on them. Reports are read from the outbox.

| | |
|---|---|
| found | a case of its kind at its component is raised while the fault is there, or within 5 s of when it was due |
| doubled | a further case of the same fault; it counts against precision |
| false | a case that belongs to no fault |
| due | after the begin: the hold; for rates, flickering and circuits the window too; for silences, stuck sensors and lost GPS the seconds of the rule; for a silent port those and the time after which the line counts as silent, unless its cable was pulled; at once for what is turned over |
| latency | only of faults whose begin is known to the moment: no slow ramp, and no trap for the same kind within 15 s of it. A truck that shakes a cover just as it falls may delay its case by as long as it shakes, two seconds at most |
| clearing | not before the end, with a sample that shows it, and within 20 s (65 s for silences, whose lines and slaves are asked again after up to a minute) and whatever the quantity takes to fade, the window, the damping of flapping, two heartbeats of a node |
| evidence | each report has samples in their order, rule with version, thresholds, hold, the count of what was suppressed, context |

Gateways are configured as an installer would: the catalogue's values, but for
- \`sensor_silent\`: 180 s where wired; 6.5 heartbeats of a node (the catalogue's 25 h are for heartbeats of a day);
- \`circuit_silent\` of nodes: a window of 2.5 heartbeats;
- \`lastStands\` for nodes, which report changes; no rates of nodes that speak less than three times in the window;
- lamps with a light sensor are \`dueBy: light-and-sun\`; \`phase_mismatch\` knows the phase that the lamp hangs on;
- slaves are asked every 400 ms, lines of text come every 400 ms to 1 s, boards report every 100 ms.

## What it has found

On its first run it found these, which have been mended since; the numbers are those of that run.

- A truck in the hold of a tilted cover began the hold anew (late by up to 5 s, on a busy road for ever), and one over a
  cover that lay askew was taken for its recovery where angles came twice a second or less (4 of 36 doubled).
- Headlights every few seconds kept a dead lamp from ever being judged dark: 15 of 45 were missed.
- Ten seconds of a loose wire were a rapid heating, a tank that was let off was rising water.
- A pulled cable was a cut circuit too: 9 false cases of class A.
- A contact that bounced while its door stood open closed the case and raised another one.
- By the light alone, a leaf on the sensor is dusk: 9 false cases in an evening. Light and sun together are not deceived.

## What it does not show

- Quantities, noise and traps are a simulator's: real sensors drift, corrode and fail in ways that nobody wrote down here.
  What it shows is that nothing of what is written down is missed or fools the gateway.
- Which values are right for a city: a fault here is what lies clearly beyond the catalogue's thresholds, a trap what
  lies clearly within them or is shorter than the hold. What lies between is nobody's fault.
- The time of bytes on slow lines (ptys have no baud rate), boot loaders, and a gateway that is short of processor time.
- Kills and power cuts of the gateway in the middle of a report: other tests do that. Here it is ended in order.
- The way from the broker to the ledger of the hub.
`
}

function ambiguous(scores: Scores): Scores {
  return new Map([...scores].filter(([name]) => name in AMBIGUOUS))
}

function otherSeed({ seedShift, scores }: Measured['otherSeeds'][number]): string {
  const one = tally(hardOnly(scores).values())
  return `
With seeds shifted by ${seedShift} (other moments, other amounts, other noise): recall ${percent(one.recall)} (${one.found} of ${one.injected}), precision
${percent(one.precision)} (${one.false} false, ${one.doubled} doubled), at most ${seconds(one.latenciesMs.at(-1))} s on serial lines, ${one.wronglyCleared} wrong clearings.`
}

function kindRow(name: string, one: Tally): string[] {
  return [
    name,
    ...[one.injected, one.found, one.missed, one.false, one.doubled].map(String),
    percent(one.precision),
    percent(one.recall),
    ...[0.5, 0.95].map((share) => seconds(percentile(one.latenciesMs, share))),
    seconds(one.latenciesMs.at(-1)),
    seconds(percentile(one.radioLatenciesMs, 0.5)),
    seconds(one.radioLatenciesMs.at(-1)),
  ]
}

function liveRows({ latenciesMs, radioLatenciesMs }: Tally): string[][] {
  return Object.entries({ serial: latenciesMs, radio: radioLatenciesMs }).map(([line, sorted]) => [
    line,
    String(sorted.length),
    ...[0.5, 0.95].map((share) => seconds(percentile(sorted, share))),
    seconds(sorted.at(-1)),
  ])
}

function liveSum({ injected, found, false: falseCases, doubled }: Tally): string {
  return `${found} of ${injected} faults were found, ${falseCases} cases were false, ${doubled} doubled.`
}

/** Two scenarios at a time, and the live one by itself. */
function minutes({ scores, otherSeeds, onPtys, live }: Measured): number {
  const played = [scores, ...otherSeeds.map((other) => other.scores)]
  const ms = played.reduce((all, one) => all + sum(one, ({ tookMs }) => tookMs), onPtys.ptyMs)
  return Math.ceil((ms / 2 + live.tookMs) / 60_000)
}

const sum = (scores: Scores, of: (scored: Scored) => number): number =>
  [...scores.values()].reduce((all, scored) => all + of(scored), 0)

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Rounded down: 99.99 % is not all. */
const percent = (share: number): string => `${Math.floor(share * 1000) / 10} %`

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(2))

function length(ms: number): string {
  const wholeMinutes = ms / 60_000
  if (wholeMinutes < 60) return `${Math.round(wholeMinutes * 10) / 10} min`
  return `${Math.round(wholeMinutes / 6) / 10} h`
}
