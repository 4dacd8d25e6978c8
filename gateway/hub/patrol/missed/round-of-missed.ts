import type { Missed, Round } from '../../../../proto/patrol-http.ts'
import type { PatrolGround } from '../ground/patrol-ground.ts'
import { lineBetween } from '../streets/place-along.ts'
import type { Foot, StreetNetwork } from '../streets/street-network.ts'
import { planRound } from './round.ts'
import { overdue } from './unseen.ts'

/**
 * From what was missed to a round for the rest of a shift. In: what was missed, where the inspector is, how much time
 * is left; out: a ride over the streets and what it closes. Throws NoStreetNear.
 */

/** E-bikes on patrol ride slower than in traffic (ours: some 10 km/h). */
const PATROL_SPEED_MPS = 2.8
/** Farther from any street it is not known where to begin. */
const STREET_WITHIN_M = 300
/** A component or a patch of cells this near to a street is seen from there. */
const SEEN_WITHIN_M = 30
/** More overdue than three times counts no more: one lane forgotten for a month must not decide every round. */
const MOST_OVERDUE = 3

export class NoStreetNear extends Error {
  override readonly name = 'NoStreetNear'
}

/** @throws NoStreetNear */
export async function roundOf(
  ground: PatrolGround,
  missed: readonly Missed[],
  start: { lat: number; lon: number },
  fromMs: number,
  untilMs: number,
): Promise<Omit<Round, 'shift'>> {
  const network = ground.network()
  const [foot] = network.near(start.lat, start.lon, STREET_WITHIN_M)
  if (!foot)
    throw new NoStreetNear(
      `no street of the register within ${STREET_WITHIN_M} m of ${start.lat.toFixed(6)}, ${start.lon.toFixed(6)}`,
    )
  const byPart = missedByPart(network, missed)
  const tasks = [...byPart].map(([part, there]) => ({
    part,
    worth: there.reduce((sum, one) => sum + worthOf(one), 0),
  }))
  const budgetM = (Math.max(0, untilMs - fromMs) / 1000) * PATROL_SPEED_MPS
  const ride = await planRound(network, foot, tasks, budgetM)
  const closes = ride.tasks.flatMap((task) => byPart.get(tasks[task]!.part)!)
  return {
    from: new Date(fromMs).toISOString(),
    durationS: Math.round(ride.lengthM / PATROL_SPEED_MPS),
    lengthM: Math.round(ride.lengthM),
    speedMps: PATROL_SPEED_MPS,
    line: lineOf(network, foot, ride.legs),
    closes,
    leaves: missed.length - closes.length,
    method: {
      zh:
        '把漏巡路段（以及能看到漏巡部件、网格单元的路段）逐一插入绕行最少、价值最高的位置，再通过翻转和移动其中的片段缩短' +
        '路线，并从最优路线的不同部分重新出发多次尝试。价值按长度、部件数、单元数计，逾期越久越高。',
      en:
        'Missed street parts, and those from which missed components and cells are seen, are inserted where they cost ' +
        'least for their worth; turning and moving pieces of the tour shortens it, restarts from parts of the best ' +
        'one look further. Worth: length, components and cells, more the more overdue.',
    },
  }
}

/** Importance in metres of an ordinary street that is just overdue, divided by 100. */
function worthOf(missed: Missed): number {
  const size = { 'street-part': (missed.lengthM ?? 0) / 100, component: 0.5, cell: (missed.cells ?? 0) / 30 }
  return size[missed.kind] * (1 + Math.min(overdue(missed), MOST_OVERDUE))
}

/** The part that has to be ridden to close each; what is not near a street is left open. */
function missedByPart(network: StreetNetwork, missed: readonly Missed[]): Map<number, Missed[]> {
  const indexOf = new Map(network.parts.map(({ id, index }) => [id, index]))
  const byPart = new Map<number, Missed[]>()
  for (const one of missed) {
    const part =
      one.kind === 'street-part'
        ? indexOf.get(one.id)
        : network.near(one.lat, one.lon, SEEN_WITHIN_M)[0]?.part
    if (part === undefined) continue
    const there = byPart.get(part)
    if (there) there.push(one)
    else byPart.set(part, [one])
  }
  return byPart
}

function lineOf(
  network: StreetNetwork,
  start: Foot,
  legs: readonly { part: number; fromM: number; toM: number }[],
): number[] {
  const first = { part: start.part, fromM: start.alongM, toM: start.alongM }
  return [first, ...legs].flatMap(({ part, fromM, toM }, nth) => {
    const line = lineBetween(network.parts[part]!, fromM, toM)
    // Where one leg ends the next begins.
    return line.slice(nth === 0 ? line.length - 1 : 1).flat()
  })
}
