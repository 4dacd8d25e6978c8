import { Command, CommanderError } from 'commander'
import { vi } from 'vitest'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
}

/** As the command line runs them, but for the process. */
export async function runCommand(commands: Command[], args: string[]): Promise<Outcome> {
  const program = new Command('gridpatrol').exitOverride()
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program))
    for (const child of command.commands) child.copyInheritedSettings(command)
  }
  const said = { stdout: '', stderr: '' }
  const log = vi.spyOn(console, 'log').mockImplementation((line) => {
    said.stdout += `${line}\n`
  })
  const error = vi.spyOn(console, 'error').mockImplementation((line) => {
    said.stderr += `${line}\n`
  })
  const complain = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.stderr += text
    return true
  })
  const before = process.exitCode
  process.exitCode = 0
  try {
    await program.parseAsync(args, { from: 'user' })
    return { code: Number(process.exitCode), ...said }
  } catch (failure) {
    said.stderr += (failure as Error).message
    return { code: failure instanceof CommanderError ? 2 : 1, ...said }
  } finally {
    process.exitCode = before
    for (const spy of [log, error, complain]) spy.mockRestore()
  }
}
