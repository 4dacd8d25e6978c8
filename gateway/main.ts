#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { benchCommand } from './commands/bench.ts'
import { caseCommand, casesCommand } from './commands/cases.ts'
import { coverageCommand } from './commands/coverage.ts'
import { demoCommand } from './commands/demo.ts'
import { exportCommand } from './commands/export-track.ts'
import { importCommand } from './commands/import-registers.ts'
import { nmeaCommand } from './commands/nmea.ts'
import { checkCommand, edgeCommand, hubCommand } from './commands/run.ts'
import { VERSION } from './foundation/version.ts'

/** The command line. Exit codes: 0 done, 1 failed, 2 wrong use. */
const program = new Command('gridpatrol')
  .description('巡格 gridpatrol: edge gateway and centre for grid-based city management')
  .version(VERSION)
  .exitOverride()

for (const command of [
  demoCommand(),
  edgeCommand(),
  hubCommand(),
  checkCommand(),
  nmeaCommand(),
  importCommand(),
  exportCommand(),
  coverageCommand(),
  casesCommand(),
  caseCommand(),
  benchCommand(),
])
  program.addCommand(command)

/** Commander's own options reach subcommands only when they are handed down. */
function handDown(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).showHelpAfterError('(--help shows what there is)')
    handDown(child)
  }
}
handDown(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    // One line says what, where and what to do; the stack is for developers.
    const { message, stack } = error as Error
    console.error(process.env.GRIDPATROL_LOG === 'debug' ? stack : `gridpatrol: ${message}`)
    process.exitCode = 1
  }
}
