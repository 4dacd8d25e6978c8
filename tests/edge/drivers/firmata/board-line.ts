import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, vi } from 'vitest'
import type { z } from 'zod'
import { FirmataBoard, type FirmataBoardOptions } from '../../../../device-sim/hardware/firmata-board.ts'
import { openPty, type Pty } from '../../../../device-sim/hardware/pty.ts'
import { FirmataPort, FirmataSensor } from '../../../../gateway/edge/drivers/firmata/firmata-config.ts'
import {
  type SensorValue,
  startFirmataDriver,
} from '../../../../gateway/edge/drivers/firmata/firmata-driver.ts'
import { openSerialPort } from '../../../../gateway/edge/serial/open-serial-port.ts'
import { SerialLine } from '../../../../gateway/edge/serial/serial-line.ts'
import { silentLog } from '../../../../gateway/foundation/log.ts'
import type { PortState } from '../../../../proto/domain.ts'

export const COVER = '3101010101000001'
type Sensor = Omit<z.input<typeof FirmataSensor>, 'port'>

export interface BoardLineOptions {
  board?: Partial<FirmataBoardOptions>
  sensors?: Sensor[]
  silenceMs?: number
  samplingMs?: number
  /** Called at the end of the test. */
  onEnd: TestContext['onTestFinished']
}

/**
 * The unmodified driver on a serial line, at a link to a real pty with a simulated board behind it: the link
 * stands for /dev/serial/by-id, so that a board can be pulled and plugged again.
 */
export function boardLine({
  board: options = {},
  sensors = [],
  silenceMs = 60_000,
  samplingMs = 50,
  onEnd,
}: BoardLineOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'board-'))
  const path = join(folder, 'board')
  const values: SensorValue[] = []
  const states: PortState[] = []
  const told: string[] = []
  const plugged: { pty?: Pty; board?: FirmataBoard } = {}

  /** Plugs a board in, freshly started; in place of the one before. */
  function plug(other: Partial<FirmataBoardOptions> = {}): void {
    plugged.pty = openPty()
    plugged.board = new FirmataBoard(plugged.pty, {
      analog: () => 0,
      nowMs: () => Date.now(),
      bootMs: 10,
      ...options,
      ...other,
    })
    plugged.board.start()
    rmSync(path, { force: true })
    symlinkSync(plugged.pty.path, path)
  }
  /** Pulls it: the line closes. */
  function pull(): void {
    plugged.board?.stop()
    plugged.pty?.close()
  }

  plug()
  const config = { name: 'board', ...FirmataPort.parse({ driver: 'firmata', samplingMs }) }
  const component = {
    code: COVER,
    sensors: sensors.map((sensor) => FirmataSensor.parse({ ...sensor, port: 'board' })),
  }
  const serial = new SerialLine({
    name: 'board',
    path,
    silenceMs,
    open: () => openSerialPort(path, config.baud),
    drive: (context) =>
      startFirmataDriver(
        context,
        config,
        [component],
        (value) => values.push(value),
        (who, well, state, detail) => told.push(`${well ? 'well' : 'ill'}: ${who} ${state}: ${detail}`),
      ),
    onStateChange: (state) => states.push(state),
    log: silentLog(),
  })
  serial.start()
  onEnd(async () => {
    await serial.stop()
    pull()
    rmSync(folder, { recursive: true })
  })
  const valuesOf = (metric: string) =>
    values.filter((value) => value.metric === metric).map(({ value }) => value)
  return {
    serial,
    values,
    states,
    told,
    plug,
    pull,
    get board() {
      return plugged.board!
    },
    get pty() {
      return plugged.pty!
    },
    valuesOf,
    newest: (metric: string) => valuesOf(metric).at(-1),
    count: (name: string) => serial.state.counters[name] ?? 0,
  }
}

/** Waits for what takes a moment on real lines. */
export const eventually = (check: () => void) => vi.waitFor(check, { timeout: 28_000, interval: 20 })
