import { writeFileSync } from 'node:fs'
import { loadScenario } from '../../device-sim/scenario/load-scenario.ts'
import { startMosquitto } from '../servers/mosquitto.ts'
import { LIVE, ON_PTYS, type Scores, shortfalls } from './aims.ts'
import { detectionPage, PAGE } from './page.ts'
import type { Scored } from './scored.ts'
import { playAll, playLive, scenarioFile, scenarioNames } from './suite.ts'
import { tally } from './tally.ts'

/** Plays everything and writes docs/detection-score.md. Ends with 1 where an aim is missed; the page says which. */

const OTHER_SEEDS = [1000]

const say = (name: string, scored: Scored): void => {
  const { injected, missed, false: falseCases, doubled } = tally([scored])
  const faults = `${injected} faults, ${missed} missed, ${falseCases} false, ${doubled} doubled`
  process.stderr.write(
    `${name}: ${faults}, ${scored.traps.length} traps, ${(scored.tookMs / 1000).toFixed(0)} s\n`,
  )
}

const broker = await startMosquitto()
// By itself: what else runs would be measured too.
const live = await playLive(LIVE, broker.url).finally(() => broker.stop())
say(`${LIVE} in real time`, live)
const names = scenarioNames()
const scores = await playAll(names, { onScored: say })
const otherSeeds: { seedShift: number; scores: Scores }[] = []
for (const seedShift of OTHER_SEEDS)
  otherSeeds.push({ seedShift, scores: inOrder(await playAll(names, { seedShift, onScored: say })) })
const pty = await playAll(ON_PTYS, { lines: 'pty', onScored: say })

const page = detectionPage({
  scores: inOrder(scores),
  otherSeeds,
  onPtys: {
    same: ON_PTYS.filter((name) => isSame(pty.get(name)!, scores.get(name)!)),
    ptyMs: took(pty),
    memoryMs: took(new Map(ON_PTYS.map((name) => [name, scores.get(name)!]))),
  },
  live,
  abouts: new Map(names.map((name) => [name, loadScenario(scenarioFile(name)).about])),
})
writeFileSync(PAGE, page)
const failures = shortfalls(scores)
for (const line of failures) process.stderr.write(`${line}\n`)
process.exitCode = failures.length === 0 ? 0 : 1

/** By name: they end in another order each time. */
function inOrder(unordered: Scores): Scores {
  return new Map([...unordered].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** But for how long it took. */
function isSame(one: Scored, other: Scored): boolean {
  const text = ({ tookMs: _, cpuMs: __, ...rest }: Scored) => JSON.stringify(rest)
  return text(one) === text(other)
}

function took(some: Scores): number {
  return [...some.values()].reduce((sum, { tookMs }) => sum + tookMs, 0)
}
