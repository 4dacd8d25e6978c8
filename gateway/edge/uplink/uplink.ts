import { decodeReceipt, encodeEnvelope } from '../../../proto/codec/codec.ts'
import { LANES, type Lane, type LinkState } from '../../../proto/domain.ts'
import { gatewayTopic } from '../../../proto/topics.ts'
import type { Log } from '../../foundation/log.ts'
import { DataBudget } from '../budget/data-budget.ts'
import { thinFixBatch } from '../budget/thin-fixes.ts'
import { WireBytes } from '../budget/wire-bytes.ts'
import type { EdgeClock } from '../clock.ts'
import type { Outbox, OutboxRecord, RecordKey } from '../outbox/outbox.ts'
import { type Broker, Connection } from './connection.ts'
import { InFlight, isExpress, WINDOW, WINDOW_BYTES } from './in-flight.ts'
import { LinkQuality } from './link-quality.ts'
import { RateLimit, type UplinkConfig } from './rate-limit.ts'
import { ReceiptWatch } from './receipt-watch.ts'

/** How often is looked at what should have happened by now. */
const LOOK_EVERY_MS = 1000
/** What the rate held up goes on in steps of so long at least: the outbox is not read for each single record. */
const GO_ON_MS = 50
const KEEPALIVE_S = 30
const DEAD_AFTER_S = 60

export interface UplinkOptions {
  gateway: string
  boot: string
  broker: Broker
  outbox: Outbox
  clock: EdgeClock
  /** Without it nothing is held back. */
  limits?: UplinkConfig
  /** Without it bytes are counted, for this process alone. */
  budget?: DataBudget
  log: Log
}

/** How the gateway stands with broker and hub now; durations are monotonic, so that they hold without a clock. */
export interface UplinkDetail {
  /** The address that was last tried. */
  broker: string
  /** Absent: not connected. */
  connectedForS?: number
  /** Why the last connection ended or could not be made. */
  lastReason?: string
  /** The broker takes records, and no receipts have come for so long: the hub behind it is down. */
  hubSilentForS?: number
}

/**
 * Takes records from the outbox to the broker and deletes them when the hub's receipt comes, never earlier: a broker's
 * acknowledgement says nothing about its disk. By lane, each oldest first; cases and health at once, the rest as rate
 * and data budget allow: a lane that must wait holds up none behind it.
 *
 * While a backlog leaves, the newest fix batch goes beside it as soon as it is made: a supervisor sees where the bike is
 * now, not where it was last week. The rest stays in order; the hub orders tracks by time, and shows the latest.
 *
 * Where the hub is silent behind a living broker, new cases go once, and one record now and then, until a receipt comes.
 */
export class Uplink {
  readonly #options: UplinkOptions
  readonly #budget: DataBudget
  readonly #rate: RateLimit | undefined
  readonly #connection: Connection
  readonly #wire = new WireBytes()
  readonly #inFlight = new InFlight()
  readonly #receipts: ReceiptWatch
  readonly #quality = new LinkQuality()
  /** The newest fix batch that went beside a backlog, by boot. */
  readonly #newest = new Map<string, number>()
  #looking: NodeJS.Timeout | undefined
  #goingOn: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: UplinkOptions) {
    const { gateway, boot, broker, outbox, clock, log } = options
    this.#options = options
    this.#rate = options.limits && new RateLimit(options.limits)
    this.#budget = options.budget ?? new DataBudget({ log })
    this.#receipts = new ReceiptWatch(log)
    this.#connection = new Connection({
      gateway,
      boot,
      broker,
      clock,
      log,
      keepaliveS: () => this.#budget.keepaliveS ?? KEEPALIVE_S,
      onStream: (stream) => this.#wire.watch(stream),
      onReady: () => {
        this.#quality.connected(performance.now())
        this.#send()
      },
      onDown: (payload) => this.#received(payload),
      onClosed: (reason, wasBroken) => this.#closed(reason, wasBroken),
    })
    outbox.onAppended = () => {
      this.#settle()
      this.#send()
    }
  }

  start(): void {
    this.#connection.start()
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  get connected(): boolean {
    return this.#connection.ready !== undefined
  }

  link(): LinkState {
    const { clock, outbox } = this.#options
    this.#countBytes()
    const budget = this.#budget.state(clock.nowMs())
    const thinnedFixes = budget.thinnedFixes + outbox.level().thinnedFixes
    return { ...this.#quality.state(performance.now()), ...budget, thinnedFixes }
  }

  detail(): UplinkDetail {
    const nowMs = performance.now()
    const connectedForMs = this.#quality.connectedForMs(nowMs)
    const silentForMs = this.#receipts.silentForMs(nowMs)
    const { lastReason } = this.#quality
    return {
      broker: this.#connection.broker,
      ...(connectedForMs === undefined ? {} : { connectedForS: Math.floor(connectedForMs / 1000) }),
      ...(lastReason === undefined ? {} : { lastReason }),
      ...(silentForMs === undefined ? {} : { hubSilentForS: Math.floor(silentForMs / 1000) }),
    }
  }

  /** What has no receipt stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#looking)
    clearTimeout(this.#goingOn)
    await this.#connection.stop()
    this.#countBytes()
    this.#budget.save()
  }

  #send(): void {
    if (this.#stopped) return
    if (!this.#connection.ready) {
      this.#hurryForCases()
      return
    }
    if (this.#connection.renewedForWill()) return
    if (this.#receipts.silent) this.#probe()
    else
      for (const lane of LANES) {
        this.#sendOldest(lane)
        if (lane === 'fix') this.#sendNewest(lane)
      }
  }

  /** As much of this lane as window, budget and rate allow. */
  #sendOldest(lane: Lane): void {
    const room = this.#inFlight.room(lane)
    if (room.records <= 0 || room.bytes <= 0 || !this.#mayLeave(lane)) return
    const known = this.#inFlight.known(lane)
    const most = Math.min(room.records, this.#mostNow(lane))
    let { bytes } = room
    for (const record of this.#options.outbox.peek(most + known.records, bytes + known.bytes, [lane])) {
      if (!this.#inFlight.mayGo(record, performance.now())) continue
      // One that is larger than the whole window goes alone.
      if (record.body.length > bytes && bytes < WINDOW_BYTES) return
      if (!this.#mayLeave(lane)) return
      bytes -= record.body.length
      this.#publish(record)
    }
  }

  /** Budget and rate; where the rate says no it goes on by itself. */
  #mayLeave(lane: Lane): boolean {
    this.#countBytes()
    if (!this.#budget.mayGo(lane, this.#options.clock.nowMs())) return false
    if (isExpress(lane) || !this.#rate) return true
    const waitMs = this.#rate.waitMs(performance.now())
    if (waitMs === 0) return true
    const goOn = (): void => {
      this.#goingOn = undefined
      this.#send()
    }
    this.#goingOn ??= setTimeout(goOn, Math.max(waitMs, GO_ON_MS))
    return false
  }

  /** One more than the rate allows, so that it is asked once more and says when to go on. */
  #mostNow(lane: Lane): number {
    if (isExpress(lane) || !this.#rate) return Number.POSITIVE_INFINITY
    return this.#rate.records(performance.now()) + 1
  }

  /** Beside the oldest, where a backlog is before it; each newest one once: what came before it is the backlog's. */
  #sendNewest(lane: Lane): void {
    const { outbox, clock } = this.#options
    if (!this.#budget.mayGo(lane, clock.nowMs())) return
    const record = outbox.newest(lane)
    if (!record || !this.#inFlight.mayGo(record, performance.now())) return
    if ((this.#newest.get(record.boot) ?? 0) >= record.sequence) return
    this.#newest.set(record.boot, record.sequence)
    this.#publish(record)
  }

  /** To a silent hub: cases that were not sent yet, and one record where it is time to knock. */
  #probe(): void {
    const { outbox, clock } = this.#options
    const nowMs = performance.now()
    const known = this.#inFlight.known('case')
    if (known.records < WINDOW)
      for (const record of outbox.peek(WINDOW, undefined, ['case']))
        if (!this.#inFlight.isKnown(record)) this.#publish(record)
    if (!this.#receipts.probeIsDue(nowMs)) return
    const allowed = LANES.filter((lane) => this.#budget.mayGo(lane, clock.nowMs()))
    const record = this.#inFlight.probeOf(outbox.peek(2 * WINDOW, undefined, allowed))
    if (!record) return
    this.#receipts.probed(nowMs)
    this.#publish(record)
  }

  /** Onto the wire; fix batches without what the budget leaves out. The outbox keeps them whole until the receipt. */
  #publish(record: OutboxRecord): void {
    const { gateway, outbox, clock, log } = this.#options
    const { boot, sequence, lane } = record
    const level = lane === 'fix' ? this.#budget.level(clock.nowMs(), outbox.level().bytes) : 0
    const { body, dropped } = thinFixBatch(record.body, level)
    const payload = encodeEnvelope({ gateway, boot, sequence, lane, body })
    const sentMs = performance.now()
    if (!isExpress(lane)) this.#rate?.take(payload.length, sentMs)
    const flight = this.#inFlight.sent(record, { bytes: record.body.length, droppedFixes: dropped }, sentMs)
    this.#connection.ready!.publish(
      gatewayTopic(gateway, 'up'),
      Buffer.from(payload),
      { qos: 1 },
      (error) => {
        if (error) {
          log.debug({ err: error, sequence }, 'publish failed: will be sent again')
          return
        }
        const nowMs = performance.now()
        this.#inFlight.acknowledged(flight, nowMs)
        // One that the hub does not take is no sign that it takes nothing.
        if (flight.tries === 1) this.#receipts.acknowledged(nowMs)
        this.#quality.acknowledged(nowMs - sentMs)
      },
    )
  }

  #received(payload: Uint8Array): void {
    const { outbox, log } = this.#options
    const nowMs = performance.now()
    try {
      const { boot, sequences } = decodeReceipt(payload)
      for (const sequence of sequences) this.#receipted({ boot, sequence }, nowMs)
      if (this.#receipts.receipted(nowMs)) this.#inFlight.hubIsBack(nowMs)
      outbox.remove(boot, sequences)
    } catch (error) {
      log.warn({ err: error }, 'a message from the hub could not be read and was ignored')
    }
    // The removed rows leave the file with the next group; sending goes on from there (onAppended).
  }

  #receipted(record: RecordKey, nowMs: number): void {
    const flight = this.#inFlight.receipted(record, nowMs)
    if (!flight) return
    if (flight.tries === 1) this.#quality.receipted(nowMs - flight.sentMs)
    this.#budget.countThinned(flight.droppedFixes)
  }

  #look(): void {
    const nowMs = performance.now()
    this.#countBytes()
    this.#settle()
    if (!this.#connection.ready) return
    this.#receipts.look(nowMs)
    this.#inFlight.look(nowMs)
    const sinceMs = Math.max(this.#inFlight.unacknowledgedSinceMs() ?? nowMs, this.#connection.heardMs)
    const deadAfterS = this.#options.limits?.deadAfterS ?? DEAD_AFTER_S
    if (nowMs - sinceMs > deadAfterS * 1000) this.#connection.cut(`nothing heard for ${deadAfterS} s`)
    else this.#send()
  }

  /** What the hub has and the disk refused to delete is deleted, not sent again. */
  #settle(): void {
    // An outbox that is closed tells of its last commit too.
    if (this.#stopped) return
    const { outbox } = this.#options
    const overdue = this.#inFlight.settle((records) => outbox.waits(records), performance.now())
    for (const { boot, sequence } of overdue) outbox.remove(boot, [sequence])
  }

  #closed(reason: string, wasBroken: boolean): void {
    this.#quality.disconnected(performance.now(), reason, wasBroken)
    this.#receipts.disconnected()
    this.#inFlight.disconnected()
    this.#hurryForCases()
  }

  #hurryForCases(): void {
    if (this.#options.outbox.peek(1, undefined, ['case']).length > 0) this.#connection.hurry()
  }

  #countBytes(): void {
    this.#budget.spent(this.#wire.taken(), this.#options.clock.nowMs())
  }
}
