"""The stand-in of Telnyx: `carrier` carries and signs, `api` answers the SDK, `errors` refuses as Telnyx does."""
