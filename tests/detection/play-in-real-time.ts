import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { loadScenario } from '../../device-sim/scenario/load-scenario.ts'
import { startScenario } from '../../device-sim/scenario/run-scenario.ts'
import type { HappeningTruth } from '../../device-sim/truth.ts'
import { decodeBody, decodeEnvelope, encodeReceipt } from '../../proto/codec/codec.ts'
import { ALL_UP, gatewayTopic } from '../../proto/topics.ts'
import { GatewayUnderTest, type KeptReport } from './gateway-under-test.ts'
import { isHappening, type Played, playedDevice } from './played.ts'

/**
 * Plays one scenario at the speed of the machine: real ptys, the real serialport, a real broker. Out: what was true,
 * and what came out of the broker, with the time of its arrival there in place of that of its making.
 */

/** What is on its way at the end may still arrive. */
const AFTERWARDS_MS = 3000

/** @throws ScenarioError for a file that is no scenario, Error where a port or the broker cannot be had. */
export async function playInRealTime(file: string, brokerUrl: string): Promise<Played> {
  const scenario = loadScenario(file)
  const folder = mkdtempSync(join(tmpdir(), 'detection-'))
  const truth: HappeningTruth[] = []
  const warnings: string[] = []
  const reports: KeptReport[] = []
  const gateways: GatewayUnderTest[] = []
  const beganMs = Date.now()
  const running = startScenario(scenario, {
    nowMs: Date.now,
    truth: { write: (entry) => isHappening(entry) && truth.push(entry) },
  })
  const hub = await connectAsync(brokerUrl, { clientId: 'detection-hub' })
  hub.on('message', (_topic, payload) => {
    const arrivedMs = running.simulatedMs()
    const { gateway, boot, sequence, lane, body } = decodeEnvelope(payload)
    const decoded = decodeBody(lane, body)
    if (decoded.lane === 'case')
      reports.push({ gateway, madeMs: arrivedMs, keptMs: arrivedMs, report: decoded.report })
    hub.publish(gatewayTopic(gateway, 'down'), Buffer.from(encodeReceipt({ boot, sequences: [sequence] })))
  })
  await hub.subscribeAsync(ALL_UP, { qos: 1 })
  try {
    for (const device of running.devices) {
      const gateway = new GatewayUnderTest({
        device,
        data: join(folder, device.id),
        brokerUrl,
        nowMs: () => running.simulatedMs(),
        onWarning: (line) => warnings.push(line),
      })
      gateways.push(gateway)
      await gateway.start()
    }
    await running.done
    await sleep(AFTERWARDS_MS)
    for (const gateway of gateways) await gateway.stop()
    return {
      startMs: running.startMs,
      lastsMs: scenario.lasts,
      devices: running.devices.map((device, index) => playedDevice(device, gateways[index]!.config)),
      truth,
      reports,
      warnings,
      tookMs: Date.now() - beganMs,
      steps: 0,
    }
  } finally {
    running.stop()
    await hub.endAsync(true)
    rmSync(folder, { recursive: true, force: true })
  }
}
