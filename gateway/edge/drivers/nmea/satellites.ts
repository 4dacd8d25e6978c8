/**
 * In: what GSV and GSA sentences list. Out: how many satellites of each system are in view and used. One satellite
 * counts once, by however many talkers and signals it is listed.
 */

import { type Report, SNR_SHIFT } from './report.ts'
import { MIXED, SATELLITE_SYSTEMS, type SatelliteSystem, satelliteOf } from './satellite-systems.ts'
import { TALKERS } from './sentences.ts'

export interface SystemSatellites {
  system: SatelliteSystem
  /** Above the horizon as the receiver reckons, tracked or not; absent while no GSV says it. */
  inView?: number
  /** Used for the fix; absent while no GSA says it. */
  used?: number
  /** Carrier to noise density of the one that is received best, dB-Hz; absent while none is. */
  bestSnrDb?: number
}

/** As GSA has them. */
const SYSTEM_ID_OF_TALKER: Record<(typeof TALKERS)[number], number> = {
  GN: MIXED,
  GP: 1,
  GL: 2,
  GA: 3,
  GB: 4,
  BD: 4,
  PQ: 4,
  GQ: 5,
  QZ: 5,
  GI: 6,
}
const systemIds = TALKERS.map((talker) => SYSTEM_ID_OF_TALKER[talker])
const LAST_SYSTEM_ID = 6

/** Ids of systems and signals are one hexadecimal digit. */
const IDS = 16
/**
 * What a talker said counts no longer when it has said nothing for so many epochs, and for so many times the epochs
 * that lay between the last two times: some receivers list what is in view with every fix, others every five seconds
 * at 25 Hz.
 */
const EPOCHS_KEPT = 30
const INTERVALS_KEPT = 3
const NEVER = -1

/** Of one talker and one signal; all systems together have some 140 satellites, and half of them are below. */
const MAX_LISTED = 128

/** What one talker lists, of one signal or one system: numbers as they came, sorted out when somebody asks. */
class List {
  readonly systemId: number
  /** Number and SNR, as reports have them. */
  readonly satellites = new Int32Array(MAX_LISTED)
  length = 0
  /** In which it was listed. */
  epoch = NEVER

  constructor(systemId: number) {
    this.systemId = systemId
  }

  add({ list, listed }: Report): void {
    const { satellites, length } = this
    const more = length + listed > MAX_LISTED ? MAX_LISTED - length : listed
    for (let place = 0; place < more; place = (place + 1) | 0) satellites[length + place] = list[place]!
    this.length = length + more
  }
}

/** The lists of one talker, by signal or system. */
class TalkersLists {
  readonly lists: (List | undefined)[] = Array.from({ length: IDS })
  /** The last two epochs in which it listed something. */
  #latest = NEVER
  #before = NEVER

  stamp(list: List, epoch: number): void {
    list.epoch = epoch
    if (epoch === this.#latest) return
    this.#before = this.#latest
    this.#latest = epoch
  }

  /** A list that was left out twice is over, and all are when the talker is silent. */
  counting(epoch: number): List[] {
    const interval = this.#before === NEVER ? 0 : this.#latest - this.#before
    if (epoch - this.#latest > EPOCHS_KEPT + INTERVALS_KEPT * interval) return []
    return this.lists.filter((list) => list !== undefined).filter((list) => list.epoch >= this.#before)
  }
}

/** The set of GSV sentences of one talker that is coming. Quectel modules change the signal within a set. */
class ComingSet {
  list: List
  signal = 0
  #parts = 0
  #nextPart = 0
  #faults = 0

  constructor(systemId: number) {
    this.list = new List(systemId)
  }

  /** True when the set is whole with this sentence. */
  take(report: Report, faults: number): boolean {
    const { parts, part } = report
    if (part === 1) {
      this.list.length = 0
      this.signal = report.signal
      this.#parts = parts
      this.#nextPart = 1
      this.#faults = faults
    }
    if (part !== this.#nextPart || parts !== this.#parts || faults !== this.#faults) {
      this.#nextPart = 0
      return false
    }
    this.#nextPart++
    this.list.add(report)
    return part === parts
  }
}

export class Satellites {
  readonly #coming = systemIds.map((systemId) => new ComingSet(systemId))
  /** Of each talker the last whole set by signal, and the GSA of the last epoch by system. */
  readonly #views = systemIds.map(() => new TalkersLists())
  readonly #uses = systemIds.map(() => new TalkersLists())

  /**
   * A GSV sentence came. @param talker index into TALKERS. @param epoch counts epochs. @param faults counts sentences
   * that were lost: a set with one in its middle is not whole.
   */
  takeView(report: Report, talker: number, epoch: number, faults: number): void {
    if (report.parts === 0) return
    const coming = this.#coming[talker]!
    if (!coming.take(report, faults)) return
    const views = this.#views[talker]!
    const before = views.lists[coming.signal] ?? new List(systemIds[talker]!)
    views.stamp(coming.list, epoch)
    views.lists[coming.signal] = coming.list
    coming.list = before
  }

  /** A GSA sentence came: with more than twelve satellites, one of several of its system in this epoch. */
  takeUsed(report: Report, talker: number, epoch: number): void {
    const id = report.system
    const uses = this.#uses[talker]!
    uses.lists[id] ??= new List(id > 0 && id <= LAST_SYSTEM_ID ? id : systemIds[talker]!)
    const use = uses.lists[id]
    if (use.epoch !== epoch) {
      use.length = 0
      uses.stamp(use, epoch)
    }
    use.add(report)
  }

  /** What is known in this epoch, system by system; those of which nothing is said are left out. */
  at(epoch: number): SystemSatellites[] {
    const inView = bySystem(this.#views.flatMap((lists) => lists.counting(epoch)))
    const used = bySystem(this.#uses.flatMap((lists) => lists.counting(epoch)))
    return SATELLITE_SYSTEMS.flatMap((system) => {
      if (!inView.has(system) && !used.has(system)) return []
      const bestSnrDb = Math.max(0, ...(inView.get(system)?.values() ?? []))
      return [
        {
          system,
          ...(inView.has(system) && { inView: inView.get(system)!.size }),
          ...(used.has(system) && { used: used.get(system)!.size }),
          ...(bestSnrDb > 0 && { bestSnrDb }),
        },
      ]
    })
  }
}

/** SNR of each satellite, by system and number; a list speaks of its own system though it list none. */
function bySystem(lists: readonly List[]): Map<SatelliteSystem, Map<number, number>> {
  const found = new Map<SatelliteSystem, Map<number, number>>()
  const of = (system: SatelliteSystem): Map<number, number> => {
    const satellites = found.get(system) ?? new Map<number, number>()
    found.set(system, satellites)
    return satellites
  }
  for (const { systemId, satellites, length } of lists) {
    if (systemId !== MIXED) of(SATELLITE_SYSTEMS[systemId - 1]!)
    for (const listed of satellites.subarray(0, length)) {
      const satellite = satelliteOf(systemId, listed & ((1 << SNR_SHIFT) - 1))
      if (satellite === undefined) continue
      const { system, number } = satellite
      of(system).set(number, Math.max(of(system).get(number) ?? 0, listed >> SNR_SHIFT))
    }
  }
  return found
}
