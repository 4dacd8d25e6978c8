import type { TerminalState } from '../../../proto/terminal-http.ts'
import type { Words } from './words.ts'

export interface StatusBarProps {
  words: Words
  /** Absent: the gateway does not answer. */
  state: TerminalState | undefined
  onOtherLanguage: () => void
}

export function StatusBar({ words, state, onOtherLanguage }: StatusBarProps) {
  const link = state === undefined ? 'lost' : state.online ? 'online' : 'offline'
  return (
    <header>
      <h1>{words.title}</h1>
      <span className="who">{[state?.gateway, state?.by].filter(Boolean).join(' · ')}</span>
      <button type="button" className="plain" onClick={onOtherLanguage}>
        {words.otherLanguage}
      </button>
      <p role="status" className={`link ${link}`} data-testid="link">
        {words[link]}
        {state !== undefined && state.waiting > 0 && ` · ${words.waiting(state.waiting)}`}
      </p>
    </header>
  )
}
