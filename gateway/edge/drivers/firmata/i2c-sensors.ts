import type { DriverContext } from '../driver.ts'
import { CHIPS } from './chips/chips.ts'
import type { I2cChip } from './chips/i2c-chip.ts'
import { hex, type I2cConfig } from './firmata-config.ts'
import type { I2cBus } from './i2c-bus.ts'
import { i2cNumber, widthOf } from './i2c-value.ts'

/** What a chip needs after its set-up to make its first measurement. */
const SETTLE_MS = 300
/** A chip that does not answer is asked no more often than this: each time may cost the others a timeout. */
const RETRY_MS = 5000
/** A shock, and an accelerometer has no tilt to tell; so many in a row are something else. */
const WITHOUT_VALUE_IN_A_ROW = 10

export type I2cState = 'answering' | 'unanswered' | 'without value'

export interface I2cSensor {
  i2c: I2cConfig
  onValue: (value: number) => void
  /** Told when it changes. */
  onState: (state: I2cState, detail: string) => void
}

interface Polled extends I2cSensor {
  address: number
  chip: Pick<I2cChip, 'setUp' | 'measure' | 'register' | 'bytes' | 'value'>
  state: I2cState | undefined
  withoutValue: number
  hasSetUp: boolean
  /** Monotonic. */
  dueMs: number
}

/**
 * Reads the chips of one bus in turn, each at its interval. In: their answers. Out: values, and whether each chip
 * answers. A chip that does not answer gives no value. One that answers again may have been without power: it
 * first gets its set-up and the time to measure, for what its registers hold after power-up is no measurement.
 * Nothing throws on any answer.
 */
export function startI2cSensors(
  bus: I2cBus,
  sensors: readonly I2cSensor[],
  context: Pick<DriverContext, 'onSense' | 'count' | 'onFailure'>,
): { stop(): void } {
  const startMs = performance.now()
  const polled = sensors.map((sensor): Polled => {
    const start = { state: undefined, withoutValue: 0, hasSetUp: false, dueMs: startMs }
    return { ...sensor, ...chipOf(sensor.i2c), ...start }
  })
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  /** A stopped bus' wait never ends; nothing holds it then. */
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timer = setTimeout(resolve, ms)
    })

  async function poll(): Promise<void> {
    while (!stopped) {
      const next = polled.reduce((first, sensor) => (sensor.dueMs < first.dueMs ? sensor : first))
      await wait(Math.max(0, next.dueMs - performance.now()))
      await ask(next)
    }
  }

  async function ask(sensor: Polled): Promise<void> {
    const { address, chip } = sensor
    // What could not be asked in time is not made up for.
    sensor.dueMs = Math.max(sensor.dueMs + sensor.i2c.everyMs, performance.now())
    if (!sensor.hasSetUp) {
      if ((await read(sensor)) === undefined) return
      for (const bytes of chip.setUp) bus.write(address, bytes)
      await wait(SETTLE_MS)
      sensor.hasSetUp = true
    }
    if (chip.measure) {
      bus.write(address, chip.measure.write)
      await wait(chip.measure.waitMs)
    }
    const data = await read(sensor)
    if (data) take(sensor, chip.value(data))
  }

  async function read(sensor: Polled): Promise<DataView | undefined> {
    const { address, chip } = sensor
    const data = await bus.read({ address, register: chip.register, bytes: chip.bytes })
    if (data) {
      context.onSense()
      return new DataView(data.buffer)
    }
    context.count('i2c-unanswered')
    sensor.hasSetUp = false
    sensor.dueMs = performance.now() + Math.max(sensor.i2c.everyMs, RETRY_MS)
    tell(sensor, 'unanswered', `nothing at ${hex(address)}: check its power, its two lines and its address`)
    return undefined
  }

  function take(sensor: Polled, value: number | undefined): void {
    if (value !== undefined) {
      sensor.withoutValue = 0
      context.count('i2c-readings')
      tell(sensor, 'answering', '')
      sensor.onValue(value)
      return
    }
    // A chip that has lost its set-up shows it in this way.
    sensor.hasSetUp = false
    sensor.withoutValue++
    context.count('i2c-without-value')
    if (sensor.withoutValue >= WITHOUT_VALUE_IN_A_ROW)
      tell(
        sensor,
        'without value',
        `${sensor.i2c.chip} at ${hex(sensor.address)} answers, but measures nothing`,
      )
  }

  function tell(sensor: Polled, state: I2cState, detail: string): void {
    if (sensor.state === state) return
    sensor.state = state
    sensor.onState(state, detail)
  }

  poll().catch(context.onFailure)
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** A chip by its name, or made of what the configuration says of a register. */
function chipOf(i2c: I2cConfig): Pick<Polled, 'address' | 'chip'> {
  const chip = CHIPS.find(({ name }) => name === i2c.chip)
  if (chip) return { address: i2c.address ?? chip.addresses[0], chip }
  // The schema refuses a register without these.
  const type = i2c.type!
  const address = i2c.address!
  const { register, scale = 1, offset = 0, setUp = [], bytes = widthOf(type) } = i2c
  const value = (data: DataView): number => i2cNumber(type, data) * scale + offset
  return { address, chip: { setUp, bytes, value, ...(register === undefined ? {} : { register }) } }
}
