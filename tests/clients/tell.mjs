// Tells the story with the client that is named: node tell.mjs segment|rudder KEY URL. Nothing of the client is changed.
const [, , client, key, url, email] = process.argv;
const browser = { anonymousId: "browser-1" };
const anna = { ...browser, userId: "anna-1" };

const story = [
  ["page", { ...browser, name: "Home", properties: { path: "/" } }],
  ["track", { ...browser, event: "Product Viewed", properties: { sku: "SW-1" } }],
  ["track", { ...browser, event: "Product Added", properties: { sku: "SW-1", quantity: 1 } }],
  ["track", { ...browser, event: "Product Added", properties: { sku: "MUG-1", quantity: 1 } }],
  ["identify", { ...anna, traits: { email, firstName: "Anna", lastName: "Müller" } }],
  [
    "track",
    { ...anna, event: "Order Completed", properties: { order_id: "1001", products: [{ sku: "MUG-1", quantity: 1 }] } },
  ],
];

async function segment() {
  const { Analytics } = await import("@segment/analytics-node");
  const analytics = new Analytics({ writeKey: key, host: url, path: "/v1/segment/v1/batch", maxRetries: 0 });
  analytics.on("error", (error) => {
    console.error(error);
    process.exitCode = 1;
  });
  for (const [call, message] of story) analytics[call](message);
  await analytics.closeAndFlush({ timeout: 10000 });
}

async function rudder() {
  const { default: RudderAnalytics } = await import("@rudderstack/rudder-sdk-node");
  const analytics = new RudderAnalytics(key, { dataPlaneUrl: `${url}/v1/segment`, maxRetries: 0 });
  for (const [call, message] of story) analytics[call](message);
  await analytics.flush();
}

await { segment, rudder }[client]();
process.exit(process.exitCode ?? 0);
