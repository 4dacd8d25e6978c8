import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { stringify } from 'yaml'
import { gatewaySettings } from '../../device-sim/devices/gateway-settings.ts'
import type { SimulatedDevice } from '../../device-sim/devices/simulated-device.ts'
import { loadScenario } from '../../device-sim/scenario/load-scenario.ts'
import { PROFILE_NAMES, profile } from '../../device-sim/scenario/profiles.ts'
import { type RunningScenario, startScenario } from '../../device-sim/scenario/run-scenario.ts'
import type { ScenarioFile } from '../../device-sim/scenario/scenario-file.ts'
import { type HappeningTruth, type TruthEntry, TruthLog } from '../../device-sim/truth.ts'
import { createLog } from '../foundation/log.ts'
import { untilAskedToStop } from './until-asked-to-stop.ts'

/** `simulate`: the hardware of a scenario on ptys, without a gateway, until SIGINT or SIGTERM. */

interface Options {
  profile?: ScenarioFile['devices'][number]['kind']
  links: string
  truth?: string
  speed: number
  seed?: number
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('simulated devices on pseudo-terminals, for a gateway or any other program to open')
    .argument('[scenario]', 'YAML file of a scenario (see docs/simulator.md)')
    .addOption(new Option('--profile <kind>', 'a ready scenario instead of a file').choices(PROFILE_NAMES))
    .option('-l, --links <dir>', 'where the links to the ports are made', 'data/sim')
    .option('-t, --truth <file>', 'append what really happens to this file, as JSON lines')
    .option('--speed <number>', 'run the simulated clock so many times as fast', speedOf, 1)
    .option('-s, --seed <number>', 'another seed than that of the scenario', seedOf)
    .action(async (file: string | undefined, options: Options, command: Command) => {
      if ((file === undefined) === (options.profile === undefined))
        command.error(
          `simulate: expected the file of a scenario, or --profile ${PROFILE_NAMES.join('|')}: one of them`,
          { exitCode: 2 },
        )
      const scenario = options.profile === undefined ? loadScenario(file!) : profile(options.profile)
      await simulate(options.seed === undefined ? scenario : { ...scenario, seed: options.seed }, options)
    })
}

async function simulate(scenario: ScenarioFile, { links, truth, speed }: Options): Promise<void> {
  const log = createLog()
  const truthLog = truth === undefined ? undefined : new TruthLog(truth)
  const beganMs = Date.now()
  const began = performance.now()
  const nowMs = () => beganMs + (performance.now() - began) * speed
  let running: RunningScenario | undefined
  const write = (entry: TruthEntry): void => {
    truthLog?.write(entry)
    if (running && isHappening(entry)) console.log(happeningLine(entry, running.startMs))
  }
  running = startScenario(scenario, { nowMs, speed, linkDir: links, truth: { write } })
  try {
    const settings = running.devices.map((device) => writeSettings(device, links))
    for (const line of headLines(scenario, running, speed)) console.log(line)
    for (const [index, device] of running.devices.entries())
      for (const line of deviceLines(device, settings[index]!)) console.log(line)
    console.log('stop: Ctrl+C')
    const progress = startProgress(scenario, running)
    await untilAskedToStop(log)
    clearInterval(progress)
  } finally {
    running.stop()
    await truthLog?.close()
  }
}

const MADE_BY = '# Made by gridpatrol simulate, and written anew each time: copy it before you change it.\n'

/** @returns the file of the configuration; a file of somebody else is left as it is. */
function writeSettings(device: SimulatedDevice, folder: string): string {
  const file = join(folder, `${device.id}.yaml`)
  if (existsSync(file) && !readFileSync(file, 'utf8').startsWith(MADE_BY)) return file
  const data = join(folder, 'gateways', device.id)
  const settings = gatewaySettings(device, { data, broker: 'mqtt://127.0.0.1:1883' })
  writeFileSync(file, MADE_BY + stringify(settings, { aliasDuplicateObjects: false }))
  return file
}

function headLines(scenario: ScenarioFile, { startMs }: RunningScenario, speed: number): string[] {
  const { about, devices, seed, lasts } = scenario
  const fast = speed === 1 ? '' : `, the clock ${speed} times as fast`
  return [
    about,
    `${devices.length} device${devices.length === 1 ? '' : 's'}, seed ${seed}, from ${new Date(startMs).toISOString()}, ${clockText(lasts)} long${fast}`,
  ]
}

function deviceLines({ id, kind, ports, components }: SimulatedDevice, settings: string): string[] {
  const here = (path: string) => {
    const short = relative('.', path)
    return short.startsWith('..') ? path : short
  }
  return [
    `${id}: ${kind}`,
    ...ports.map(({ path, driver, baud }) => `  ${here(path)}  ${driver}, ${baud} baud`),
    ...components.map(({ number, code, name, sensors }) => {
      const metrics = sensors.map(({ metric }) => metric).join(' ')
      return `  ${String(number).padStart(2)}  ${code}  ${name}: ${metrics}`
    }),
    `  wiring: ${settings}; gateway: npm run -s gridpatrol -- edge --config ${settings}`,
  ]
}

/** Of a scenario; the rides have entries of their own. */
function isHappening(entry: TruthEntry): entry is HappeningTruth {
  return 'device' in entry && 'component' in entry
}

function happeningLine(entry: HappeningTruth, startMs: number): string {
  const {
    timeMs,
    device,
    component,
    what,
    fault,
    trap,
    untilMs,
    faultMs: _,
    faultUntilMs: __,
    ...args
  } = entry
  const given = Object.entries(args).map(([name, value]) => `${name} ${String(value)}`)
  const labels = [
    ...(fault ? [`fault ${fault.join(', ')}`] : []),
    ...(trap ? [`trap ${trap.join(', ')}`] : []),
  ]
  const length = untilMs === undefined ? 'to the end' : `for ${clockText(untilMs - timeMs)}`
  return [
    `${clockText(timeMs - startMs)}  ${device} ${component}`,
    [what, ...given].join(' '),
    ...(untilMs === timeMs ? [] : [length]),
    ...labels,
  ].join('  ')
}

/** `1:02:03`, or `1.5 s` where it is short. */
function clockText(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`
  const s = Math.round(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** To stderr at each tenth, and when the scenario is over. */
function startProgress({ lasts }: ScenarioFile, { startMs, simulatedMs }: RunningScenario): NodeJS.Timeout {
  let said = 0
  const timer = setInterval(() => {
    const tenth = Math.min(10, Math.floor(((simulatedMs() - startMs) / lasts) * 10))
    if (tenth <= said) return
    said = tenth
    console.error(
      tenth === 10
        ? 'scenario: over; the devices go on as they are'
        : `scenario: ${tenth * 10} %, ${clockText(simulatedMs() - startMs)} of ${clockText(lasts)}`,
    )
    if (tenth === 10) clearInterval(timer)
  }, 500)
  return timer
}

function speedOf(text: string): number {
  const speed = Number(text)
  if (!(speed > 0 && speed <= 1000)) throw new InvalidArgumentError('expected a number above 0, up to 1000.')
  return speed
}

function seedOf(text: string): number {
  const seed = Number(text)
  if (!/^\d+$/.test(text) || seed > 2 ** 31)
    throw new InvalidArgumentError(`expected a whole number from 0 to ${2 ** 31}.`)
  return seed
}
