import type { ReactNode } from 'react'

/** Nothing to show: says so, and what to do about it. */
export function EmptyState({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className="empty" data-testid="empty">
      <svg viewBox="0 0 96 64" aria-hidden="true">
        <path d="M8 20h80M8 44h80M28 6v52M68 6v52" className="empty-grid" />
        <path d="M8 52l20-8V20h24l16-8 20-6" className="empty-way" />
        <circle cx="88" cy="6" r="4" className="empty-end" />
      </svg>
      <p className="empty-title">{title}</p>
      {hint && <p className="empty-hint">{hint}</p>}
      {action}
    </div>
  )
}
