/* The same verification with OpenSSL's low-level DES functions, as fast as they allow: issuer key
 * schedule kept, IP and FP only at the ends of a TDES (DES_encrypt3), last MAC block and output
 * transformation in one of those. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/des.h>
#include <stdint.h>
#include <string.h>

struct record {
    uint8_t card[8], session[8], message[48], cryptogram[8], arc[8];
};

struct outcome {
    uint8_t verified, mac[8], response[8];
};

struct issuer {
    DES_key_schedule k1, k2;
};

void openssl_issuer(struct issuer *issuer, const uint8_t key[16]) {
    DES_set_key_unchecked((const_DES_cblock *)key, &issuer->k1);
    DES_set_key_unchecked((const_DES_cblock *)(key + 8), &issuer->k2);
}

/* DES_LONG is 32 bits wide here; blocks are loaded as two little-endian numbers. */
static void tdes(const uint8_t in[8], uint8_t out[8], DES_key_schedule *k1, DES_key_schedule *k2) {
    DES_LONG block[2];
    memcpy(block, in, 8);
    DES_encrypt3(block, k1, k2, k1);
    memcpy(out, block, 8);
}

void openssl_verify(struct issuer *issuer, const struct record *r, struct outcome *o, size_t n) {
    for (; n > 0; n--, r++, o++) {
        uint8_t in[8], key[16];
        DES_key_schedule k1, k2;
        tdes(r->card, key, &issuer->k1, &issuer->k2);
        for (int i = 0; i < 8; i++) in[i] = r->card[i] ^ 0xff;
        tdes(in, key + 8, &issuer->k1, &issuer->k2);
        DES_set_key_unchecked((const_DES_cblock *)key, &k1);
        DES_set_key_unchecked((const_DES_cblock *)(key + 8), &k2);
        memcpy(in, r->session, 8);
        tdes(in, key, &k1, &k2);
        in[2] ^= 0xff;
        tdes(in, key + 8, &k1, &k2);
        DES_set_key_unchecked((const_DES_cblock *)key, &k1);
        DES_set_key_unchecked((const_DES_cblock *)(key + 8), &k2);

        DES_LONG mac[2] = {0, 0}, block[2];
        for (int b = 0; b < 6; b++) {
            memcpy(block, r->message + 8 * b, 8);
            mac[0] ^= block[0];
            mac[1] ^= block[1];
            if (b < 5)
                DES_encrypt1(mac, &k1, DES_ENCRYPT);
            else
                DES_encrypt3(mac, &k1, &k2, &k1);
        }
        memcpy(o->mac, mac, 8);
        o->verified = memcmp(mac, r->cryptogram, 8) == 0;
        for (int i = 0; i < 8; i++) in[i] = r->cryptogram[i] ^ r->arc[i];
        tdes(in, o->response, &k1, &k2);
    }
}
