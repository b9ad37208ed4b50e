/** A visit to the page in a browser context of its own, which notes all that should not happen there. */
import type { TestContext } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Order } from '../../src/core/order.ts';
import type { startTestService } from '../support/service.ts';

export type Setting = { browser: Browser; service: Awaited<ReturnType<typeof startTestService>> };

export type Visit = { page: Page; assertQuiet: () => void };

export const canonical = JSON.parse(
  readFileSync(new URL('../../src/core/canonical-order.json', import.meta.url), 'utf8'),
) as Order;

/** The canonical order under another id; what is given replaces its fields. */
export function orderLike(order_uid: string, changes: object = {}): Order {
  return { ...canonical, order_uid, ...changes };
}

/** Stores an order, and then so many newer ones that memory has forgotten it. */
export async function pushOutOfCache({ service }: Setting, order: Order): Promise<void> {
  // One after the other: the records of one call lie in several partitions, which keep no order among them.
  await service.produce([order]);
  await service.produce(Array.from({ length: 150 }, (_, index) => orderLike(`${order.order_uid}-${index}`)));
}

export async function visit(
  t: TestContext,
  { browser, service }: Setting,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: service.url,
    locale: 'en-GB',
    timezoneId: 'Asia/Tokyo',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  t.after(() => context.close());
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const noises: string[] = [];
  page.on('pageerror', (error) => noises.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    noises.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // Chromium itself reports an answer like 404; the page can neither cause nor prevent that.
    const reported =
      message.text().startsWith('Failed to load resource') && message.location().url.includes('/api/orders/');
    if (['error', 'warning'].includes(message.type()) && !reported) noises.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${service.url.replace(/\/$/, '')}/`)) noises.push(`asks ${request.url()}`);
  });
  await page.goto(path);
  return { page, assertQuiet: () => assert.deepEqual(noises, []) };
}

export function orderId(page: Page) {
  return page.getByRole('textbox', { name: /^(Order id|Номер заказа), / });
}

export async function search(page: Page, text: string): Promise<void> {
  await orderId(page).fill(text);
  await orderId(page).press('Enter');
}

export async function assertShows(page: Page, heading: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

/** Nothing is wider than the window, and nothing was cut off to make it so. */
export async function assertNoSidewaysScroll(page: Page): Promise<void> {
  // What measures itself draws in the frame after.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const { excess, cut } = await page.evaluate(() => ({
    excess: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    cut: [...document.querySelectorAll('main *, header *')]
      .filter((element) => !element.closest('.unseen'))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.tagName}.${element.className}`),
  }));
  assert.deepEqual({ excess, cut }, { excess: 0, cut: [] });
}
