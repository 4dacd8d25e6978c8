import type { Driver, DriverContext } from '../driver.ts'
import type { ModbusPortConfig } from './modbus-config.ts'
import { planReads, type ReadRequest, splitRead } from './read-plan.ts'
import { registerValue } from './register-value.ts'
import { RtuClient } from './rtu-client.ts'
import { type OnSlaveState, Slave } from './slave.ts'

/** One value of a register, as a reading of its component. */
interface RegisterReading {
  component: string
  metric: string
  value: number
}

/** Modbus Application Protocol 1.1b3, 7. */
const EXCEPTIONS: Record<number, string> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'device failure',
  5: 'acknowledge',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target did not respond',
}
const ILLEGAL_ADDRESS = 2
const ILLEGAL_VALUE = 3
/** A Modbus gateway's words for a slave behind it that does not answer. */
const BEHIND_GATEWAY = [10, 11]

/**
 * Slaves on a Modbus RTU line: registers in, readings of components out. In: answers to the read requests that
 * follow from the register map, one at a time. Out: values, and the state of each slave when it changes (told
 * anew after each opening). A slave that does not answer is asked less and less; an exception is an answer. A
 * block of registers that a slave refuses is read one by one from then on, so that one wrong address costs one
 * value. Only `stop` ends the driver.
 */
export function startModbusDriver(
  context: DriverContext,
  config: ModbusPortConfig,
  onValue: (reading: RegisterReading) => void,
  onSlaveState: OnSlaveState,
): Driver {
  const { timeoutMs, retries } = config
  const client = new RtuClient(context.port, config)
  const slaves = new Map<number, Slave>()
  for (const { unit } of config.registers) slaves.set(unit, new Slave(unit, onSlaveState))
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  // All are due at once: the first round says which slaves are there.
  let reads = planReads(config.registers).map((request) => ({
    request,
    slave: slaves.get(request.unit)!,
    dueMs: performance.now(),
  }))
  type Read = (typeof reads)[number]

  /** A stopped driver's wait never ends; nothing holds it then. */
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    })

  async function poll(): Promise<void> {
    while (!stopped) {
      const next = nextRead(performance.now())
      await wait(Math.max(client.gapMs, startMs(next) - performance.now()))
      await ask(next)
    }
  }

  /** Of those that may be asked first, the one that waits longest: a line too slow for its map serves all in turn. */
  function nextRead(nowMs: number): Read {
    const inMs = (read: Read) => Math.max(0, startMs(read) - nowMs)
    return reads.reduce((first, read) => {
      const sooner = inMs(read) - inMs(first)
      return sooner < 0 || (sooner === 0 && read.dueMs < first.dueMs) ? read : first
    })
  }

  async function ask(read: Read): Promise<void> {
    const { request, slave } = read
    const firstMs = performance.now()
    // What could not be asked in time is not made up for.
    read.dueMs = Math.max(read.dueMs + request.everyMs, firstMs)
    const attempts = slave.silent ? 1 : 1 + retries
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (attempt > 1) await wait(client.gapMs)
      context.count('requests')
      const outcome = await client.read(request)
      countSkipped()
      const nowMs = performance.now()
      if (outcome.kind === 'answer' || outcome.kind === 'exception') {
        context.onSense()
        // Answers to the other attempts may be on their way yet: the slave took up to so long, and may vary.
        if (attempt > 1) slave.restUntil(nowMs + (nowMs - firstMs) + timeoutMs)
      }
      if (outcome.kind === 'answer') return take(request, slave, outcome.data)
      if (outcome.kind === 'exception') countException(slave.unit, outcome.code)
      else countUnanswered(slave.unit, outcome.kind)
      if (outcome.kind === 'exception' && !BEHIND_GATEWAY.includes(outcome.code))
        return refuse(read, outcome.code)
      if (attempt < attempts) continue
      const why = outcome.kind === 'exception' ? exceptionText(outcome.code) : outcome.detail
      slave.failed(nowMs, timeoutMs, `${why}, ${attempts} of ${attempts} times: ${name(request)}`)
    }
  }

  function take(request: ReadRequest, slave: Slave, data: Uint8Array): void {
    context.count('answers')
    slave.answered(name(request))
    for (const register of request.registers) {
      const value = registerValue(register, data, request.address)
      if (value === undefined) context.count('without-value')
      else {
        context.count('readings')
        onValue({ component: register.component, metric: register.metric, value })
      }
    }
  }

  function refuse(read: Read, code: number): void {
    const { request, slave } = read
    if ((code === ILLEGAL_ADDRESS || code === ILLEGAL_VALUE) && request.registers.length > 1) {
      context.count('blocks-split')
      const dueMs = performance.now()
      const singles = splitRead(request).map((single) => ({ request: single, slave, dueMs }))
      reads = reads.flatMap((other) => (other === read ? singles : [other]))
    } else slave.refused(name(request), exceptionText(code))
  }

  function countException(unit: number, code: number): void {
    // Codes outside of the standard share a counter: their number has no bound that a report could hold.
    context.count(EXCEPTIONS[code] === undefined ? 'exception-other' : `exception-${code}`)
    context.count(`unit-${unit}-exceptions`)
  }

  function countUnanswered(unit: number, kind: 'timeout' | 'damaged' | 'failed'): void {
    context.count(kind === 'timeout' ? 'timeouts' : kind)
    context.count(`unit-${unit}-unanswered`)
  }

  function countSkipped(): void {
    const bytes = client.takeSkippedBytes()
    if (bytes > 0) context.count('skipped-bytes', bytes)
  }

  poll().catch(context.onFailure)
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
      client.stop()
      countSkipped()
    },
  }
}

/** When a request may go out, in ms of the monotonic clock. */
const startMs = ({ dueMs, slave }: { dueMs: number; slave: Slave }): number =>
  Math.max(dueMs, slave.notBeforeMs)

const exceptionText = (code: number): string =>
  `exception ${code}, ${EXCEPTIONS[code] ?? 'unknown to the standard'}`

const name = ({ table, address, count }: ReadRequest): string =>
  count === 1 ? `${table} ${address}` : `${table} ${address} to ${address + count - 1}`
