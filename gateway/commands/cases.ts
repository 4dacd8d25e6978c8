import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { Case } from '../../proto/http.ts'
import { caseJson, stepJson } from '../hub/ledger/case-json.ts'
import { Ledger, type LedgerCase } from '../hub/ledger/ledger.ts'
import { openRegisters, type Registers } from '../hub/registers/registers.ts'
import { hubFolder } from './import-registers.ts'

/** `cases` and `case ID`: the ledger of a data folder, read directly; a hub may be running on it. */

interface Options {
  data?: string
  config?: string
  json?: boolean
}

export function casesCommand(): Command {
  return withFolder(new Command('cases'))
    .description('the cases of the ledger, newest first')
    .option('--open', 'open cases only')
    .option('--limit <number>', 'at most so many', wholeNumber, 200)
    .action((options: Options & { open?: true; limit: number }, self: Command) => {
      withLedger(hubFolder(options, self), (ledger, toJson) => {
        const cases = ledger.list({ open: options.open, limit: options.limit }).map(toJson)
        if (options.json) console.log(JSON.stringify({ cases }, undefined, 2))
        else for (const entry of cases) console.log(line(entry))
      })
    })
}

export function caseCommand(): Command {
  return withFolder(new Command('case'))
    .description('one case with its steps')
    .argument('<id>', 'case id, as `cases` lists it')
    .action((id: string, options: Options, self: Command) => {
      withLedger(hubFolder(options, self), (ledger, toJson) => {
        const entry = ledger.find(id)
        if (!entry) throw new Error(`case ${id}: not in the ledger; \`gridpatrol cases\` lists what is there`)
        const found = { ...toJson(entry), steps: ledger.steps(id).map(stepJson) }
        if (options.json) {
          console.log(JSON.stringify(found, undefined, 2))
          return
        }
        console.log(line(found))
        for (const { step, time, by, evidence } of found.steps)
          console.log(
            `  ${time}  ${step.padEnd(7)}  by ${by}  ${evidence ? measured(evidence) : ''}`.trimEnd(),
          )
      })
    })
}

function withFolder(command: Command): Command {
  return command
    .option('-d, --data <dir>', "the hub's data folder")
    .option('-c, --config <file>', "the hub's configuration, instead of --data")
    .option('--json', 'as JSON')
}

function withLedger(
  folder: string,
  use: (ledger: Ledger, toJson: (entry: LedgerCase) => Case) => void,
): void {
  if (!existsSync(join(folder, 'ledger.db')))
    throw new Error(`${folder}: no ledger there; expected the data folder of a hub that has run`)
  const ledger = new Ledger(folder)
  let registers: Registers | undefined
  try {
    registers = openRegisters(folder)
    const { components } = registers
    use(ledger, (entry) => caseJson(entry, (code) => components.find(code)))
  } finally {
    registers?.close()
    ledger.close()
  }
}

function line({ id, status, raised, cleared, fault, faultName, component, componentName }: Case): string {
  const name = componentName === undefined ? component : `${component} ${componentName}`
  const until = cleared === undefined ? '' : ` to ${cleared}`
  return `${id}  ${status.padEnd(8)}  ${raised}${until}  ${fault} ${faultName.zh}  ${name}`
}

function measured({ metric, samples, raise, clear, rule }: Case['evidence']): string {
  const last = samples.at(-1)
  return `${metric}${last ? ` ${last.value}` : ''} (${rule}: raise ${raise}, clear ${clear})`
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError('expected a whole number from 1 to 999999.')
  return Number(text)
}
