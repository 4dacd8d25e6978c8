import { useState } from 'react'
import { rememberPin } from './gateway.ts'
import { stored } from './stored.ts'
import type { Words } from './words.ts'

/** Asked of phones in the terminal's network, once. */
export function PinForm({ words, onEntered }: { words: Words; onEntered: () => Promise<void> }) {
  const [pin, setPin] = useState('')
  const tried = (stored('pin') ?? '') !== ''
  return (
    <main>
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault()
          rememberPin(pin)
          void onEntered()
        }}
      >
        <label>
          {words.pin}
          <input
            inputMode="numeric"
            autoComplete="off"
            value={pin}
            placeholder={words.pinHint}
            onChange={(event) => setPin(event.target.value)}
            data-testid="pin"
          />
        </label>
        {tried && <p className="problem">{words.pinWrong}</p>}
        <button className="send" type="submit" disabled={pin === ''}>
          {words.enter}
        </button>
      </form>
    </main>
  )
}
